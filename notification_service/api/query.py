"""Query parameters: each is declared, read once, and refused with words where it makes no sense."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from rest_framework import exceptions
from rest_framework.request import Request

from notification_service.api.fields import INT64
from notification_service.api.problems import InvalidQuery
from notification_service.api.values import INT64_MAX, parse_choice, parse_datetime, parse_text, parse_whole
from notification_service.directory.rules import STORABLE_PATTERN

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

Parse = Callable[[str], Any]

TEXT_LENGTH = 255
UNESCAPED_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


class QueryField(forms.Field):
    def __init__(self, *, parse: Parse) -> None:
        super().__init__(required=False)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        try:
            return None if value is None else self.parse(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class QueryFilter(django_filters.Filter):  # type: ignore[misc]
    """One parameter; unlike its parent's it may be an empty text and still filter."""

    def __init__(self, *, parse: Parse, schema: dict[str, Any], description: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parse = parse
        self.schema = schema
        self.description = description

    @property
    def field(self) -> QueryField:
        return QueryField(parse=self.parse)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        chosen: QuerySet[Any] = qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value})
        return chosen


def id_filter(description: str, **kwargs: Any) -> QueryFilter:
    parse = partial(parse_whole, least=1, most=INT64_MAX)
    return QueryFilter(parse=parse, schema=dict(INT64), description=description, **kwargs)


def moment_filter(description: str, **kwargs: Any) -> QueryFilter:
    schema = {"type": "string", "format": "date-time"}
    return QueryFilter(parse=_parse_moment, schema=schema, description=description, **kwargs)


def choice_filter(choices: Sequence[str], description: str, **kwargs: Any) -> QueryFilter:
    parse = partial(parse_choice, choices=choices)
    schema = {"type": "string", "enum": list(choices)}
    return QueryFilter(parse=parse, schema=schema, description=description, **kwargs)


def text_filter(
    description: str,
    *,
    pattern: str = STORABLE_PATTERN,
    clean: Callable[[str], str] = lambda text: text,
    **kwargs: Any,
) -> QueryFilter:
    """`clean` is that of the field which is looked through: what looks alike is found."""

    def parse(text: str) -> str:
        return parse_text(clean(text), pattern=pattern, most=TEXT_LENGTH)

    schema = {"type": "string", "pattern": pattern, "maxLength": TEXT_LENGTH}
    return QueryFilter(parse=parse, schema=schema, description=description, **kwargs)


class QueryFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        try:
            chosen: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        except exceptions.ValidationError as error:
            raise InvalidQuery(error.detail) from None
        return chosen


def check_query(request: Request, *, allowed: set[str]) -> None:
    """Refuse a parameter that nothing reads, or that is given twice and would be read once."""
    problems = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            problems[name] = ["There is no such parameter."]
        elif len(values) > 1:
            problems[name] = ["Must be given once."]
    if problems:
        raise InvalidQuery(problems)


def _parse_moment(text: str) -> Any:
    # An unescaped + of "+03:00" arrives as a space: the most common slip, and nothing else it could mean.
    return parse_datetime(UNESCAPED_PLUS.sub("+", text))
