"""Query parameters: each is declared and read once, and a wrong value is refused with a reason."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from notification_service.api.fields import INT64
from notification_service.api.problems import InvalidQuery
from notification_service.api.values import INT64_MAX, parse_choice, parse_text, parse_whole
from notification_service.directory.rules import STORABLE_PATTERN
from notification_service.directory.times import parse_datetime

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

Parse = Callable[[str], Any]

TEXT_LENGTH = 255
MOST_VALUES = 100
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


class ValuesField(forms.Field):
    """A parameter that may be given several times."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, parse: Parse) -> None:
        super().__init__(required=False)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        try:
            if value and len(value) > MOST_VALUES:
                raise ValueError(f"Must be given no more than {MOST_VALUES} times.")
            return list(dict.fromkeys(map(self.parse, value))) if value else None
        except ValueError as error:
            raise ValidationError(str(error)) from None


class QueryFilter(django_filters.Filter):  # type: ignore[misc]
    """One parameter. Unlike in the parent class, an empty text filters as well."""

    def __init__(
        self,
        *,
        parse: Parse,
        schema: dict[str, Any],
        description: str,
        condition: Callable[[Any], Q] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.parse = parse
        self.schema = schema
        self.description = description
        self.condition = condition

    @property
    def field(self) -> QueryField:
        return QueryField(parse=self.parse)

    @property
    def parameter(self) -> dict[str, Any]:
        """As OpenAPI describes it."""
        return {"description": self.description, "schema": self.schema}

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        if self.condition is not None:
            return qs.filter(self.condition(value))
        chosen: QuerySet[Any] = qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value})
        return chosen


class ValuesFilter(QueryFilter):
    """One parameter, given once for each value: rows with any of them. A method gets the list of them."""

    @property
    def field(self) -> ValuesField:  # type: ignore[override]
        return ValuesField(parse=self.parse)

    @property
    def parameter(self) -> dict[str, Any]:
        schema = {"type": "array", "items": self.schema, "maxItems": MOST_VALUES}
        words = f"{self.description} Given several times, any of the values will do."
        return {"description": words, "schema": schema, "style": "form", "explode": True}

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        if len(value) == 1:  # as one value was always looked for, with the plan that is tested
            return super().filter(qs, value[0])
        if self.condition is not None:
            return qs.filter(reduce(or_, map(self.condition, value)))
        chosen: QuerySet[Any] = qs.filter(**{f"{self.field_name}__in": value})
        return chosen


def _kind(*, several: bool) -> type[QueryFilter]:
    return ValuesFilter if several else QueryFilter


def id_filter(description: str, *, several: bool = False, **kwargs: Any) -> QueryFilter:
    parse = partial(parse_whole, least=1, most=INT64_MAX)
    return _kind(several=several)(parse=parse, schema=dict(INT64), description=description, **kwargs)


def moment_filter(description: str, **kwargs: Any) -> QueryFilter:
    schema = {"type": "string", "format": "date-time"}
    return QueryFilter(parse=_parse_moment, schema=schema, description=description, **kwargs)


def choice_filter(
    choices: Sequence[str], description: str, *, several: bool = False, **kwargs: Any
) -> QueryFilter:
    parse = partial(parse_choice, choices=choices)
    schema = {"type": "string", "enum": list(choices)}
    return _kind(several=several)(parse=parse, schema=schema, description=description, **kwargs)


def text_filter(
    description: str,
    *,
    pattern: str = STORABLE_PATTERN,
    clean: Callable[[str], str] = lambda text: text,
    several: bool = False,
    **kwargs: Any,
) -> QueryFilter:
    """`clean` is that of the searched field, so that texts which look alike are found."""

    def parse(text: str) -> str:
        return parse_text(clean(text), pattern=pattern, most=TEXT_LENGTH)

    schema = {"type": "string", "pattern": pattern, "maxLength": TEXT_LENGTH}
    return _kind(several=several)(parse=parse, schema=schema, description=description, **kwargs)


class QueryFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        filterset = getattr(view, "filterset_class", None)
        if filterset is None or filterset.base_filters.keys().isdisjoint(request.query_params):
            return queryset  # a form for no values takes a tenth of the time of a list
        try:
            chosen: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        except exceptions.ValidationError as error:
            raise InvalidQuery(error.detail) from None
        return chosen


def repeatable(filters: Mapping[str, Any]) -> set[str]:
    return {name for name, each in filters.items() if isinstance(each, ValuesFilter)}


def check_query(request: Request, *, allowed: set[str], several: AbstractSet[str] = frozenset()) -> None:
    """Refuse a parameter that nothing reads, and one that is given twice but would be read once."""
    problems = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            problems[name] = [ErrorDetail("There is no such parameter.", "unknown_parameter")]
        elif len(values) > 1 and name not in several:
            problems[name] = [ErrorDetail("Must be given only once.", "repeated")]
    if problems:
        raise InvalidQuery(problems)


def _parse_moment(text: str) -> Any:
    # An unescaped + in "+03:00" arrives as a space. It is the most common slip, and can mean nothing else.
    return parse_datetime(UNESCAPED_PLUS.sub("+", text))
