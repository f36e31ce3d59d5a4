"""Writes rows as JSON by a plan that is made once: REST framework asks each field again for every row.

The output is the same, except that times are always in UTC.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.fields import empty

from notification_service.api import fields
from notification_service.api.serializers.reading import read_at_once

Writer = Callable[[serializers.Serializer[Any], Any], Any]

# The database's value is what goes into the JSON.
AS_THEY_ARE = frozenset(
    {
        fields.Attributes,
        fields.Flag,
        fields.Id,
        fields.Line,
        fields.NullIfEmpty,
        fields.Phone,
        fields.TagList,
        fields.Text,
        fields.TextSet,
        fields.Zone,
        serializers.BooleanField,
        serializers.CharField,
        serializers.ChoiceField,
        serializers.FloatField,
        serializers.IntegerField,
    }
)
NOTHING = "__doc__"  # an attribute that every object has: its value is not shown
OF_UTC = "+00:00"
MOMENTS = frozenset({fields.Moment, serializers.DateTimeField})


# No docstring: the OpenAPI document would show it for every subclass.
class FastSerializer(serializers.Serializer[Any]):
    def to_representation(self, instance: Any) -> dict[str, Any]:
        plan = _plan(type(self))
        shown: dict[str, Any] = dict(zip(plan.names, plan.values_of(instance), strict=True))
        for name in plan.moments:
            shown[name] = written_datetime(shown[name])
        for name in plan.null_if_empty:
            shown[name] = shown[name] or None
        for name, write in plan.others:
            shown[name] = write(self, instance)
        return shown

    def get_fields(self) -> dict[str, Any]:
        return {name: _copied(field) for name, field in self._declared_fields.items()}

    def to_internal_value(self, data: Any) -> Any:
        is_new_row = self.instance is None and self.parent is None and not self.partial
        if is_new_row and isinstance(data, Mapping):
            with suppress(serializers.ValidationError, DjangoValidationError):
                return read_at_once(self, data)
        return super().to_internal_value(data)

    def run_validators(self, value: Any) -> None:
        if self.validators:  # without any, REST framework makes all fields for nothing
            super().run_validators(value)

    def shown(self, name: str) -> Any:
        return self.to_representation(self.instance)[name]


@dataclass(frozen=True, slots=True)
class Plan:
    names: tuple[str, ...]
    values_of: Callable[[Any], tuple[Any, ...]]  # of all names at once; what others write is None until then
    moments: tuple[str, ...]
    objects: tuple[str, ...]  # JSON in the database, too
    null_if_empty: tuple[str, ...]
    others: tuple[tuple[str, Writer], ...]


@cache
def _plan(kind: type[FastSerializer]) -> Plan:
    """Made of fields that belong to no request: what depends on one is a method of the serializer."""
    shown = {name: field for name, field in kind().fields.items() if not field.write_only}
    as_kept = {name: str(field.source) for name, field in shown.items() if _is_an_attribute(field)}
    sources = [as_kept.get(name, NOTHING) for name in shown]
    return Plan(
        names=tuple(shown),
        # With a second one, attrgetter returns a tuple even for a single name.
        values_of=_without_last(attrgetter(*sources, NOTHING)),
        moments=tuple(name for name, field in shown.items() if type(field) in MOMENTS and name in as_kept),
        objects=tuple(name for name, field in shown.items() if type(field) is fields.Attributes),
        null_if_empty=tuple(name for name in as_kept if type(shown[name]) is fields.NullIfEmpty),
        others=tuple((name, _writer(field)) for name, field in shown.items() if name not in as_kept),
    )


def _without_last(values_of: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda row: values_of(row)[:-1]


def _is_an_attribute(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return len(field.source_attrs) == 1 and type(field) in AS_THEY_ARE | MOMENTS


def written_datetime(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    text = moment.isoformat()
    if not text.endswith(OF_UTC):  # as PostgreSQL's are
        text = moment.astimezone(UTC).isoformat()
    return f"{text[:-6]}Z"


def columns_shown(kind: type[FastSerializer]) -> tuple[str, ...]:
    """Return the columns that a row needs to be shown by a serializer of plain columns alone."""
    plan = _plan(kind)
    if plan.others:
        raise TypeError(f"{kind.__name__} shows more than columns")
    return tuple(str(kind().fields[name].source) for name in plan.names)


def rows_shown(
    kind: type[FastSerializer], rows: Iterable[Sequence[Any]], row_class: Any = None
) -> list[dict[str, Any]]:
    """Return rows as they are stored: those of `columns_shown`, or others of which `row_class` makes objects.

    Their times are written together with the JSON.
    """
    plan, belongs_to_no_request = _plan(kind), kind()
    made = [row_class(*row) for row in rows] if row_class else []
    values = map(plan.values_of, made) if row_class else rows
    shown = [dict(zip(plan.names, each, strict=True)) for each in values]
    for name in plan.objects:
        for each in shown:
            each[name] = orjson.loads(each[name])
    for name in plan.null_if_empty:
        for each in shown:
            each[name] = each[name] or None
    for name, write in plan.others:
        for each, row in zip(shown, made, strict=True):
            each[name] = write(belongs_to_no_request, row)
    return shown


def _copied(field: Any) -> Any:
    """REST framework makes each field anew, with all its checks: two fifths of the time of reading a body.

    A field without fields in it is never changed once it is made, except for its parent.
    """
    if isinstance(field, serializers.BaseSerializer) or hasattr(field, "child"):
        return copy.deepcopy(field)
    fresh = object.__new__(type(field))
    fresh.__dict__.update(field.__dict__)
    return fresh


def _writer(field: serializers.Field[Any, Any, Any, Any]) -> Writer:
    if isinstance(field, serializers.SerializerMethodField):
        method = str(field.method_name)
        return lambda serializer, row: getattr(serializer, method)(row)
    if len(field.source_attrs) == 1 and field.default is empty:
        value_of, write = attrgetter(*field.source_attrs), field.to_representation
        return lambda _, row: None if (value := value_of(row)) is None else write(value)
    return lambda _, row: _ask(field, row)


def _ask(field: serializers.Field[Any, Any, Any, Any], row: Any) -> Any:
    value = field.get_attribute(row)
    return None if value is None else field.to_representation(value)
