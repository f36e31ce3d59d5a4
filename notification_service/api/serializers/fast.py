"""Rows as JSON by a plan made once for all of them: REST framework asks every field of every row anew.

The answer is the same, but for moments, which are always in UTC.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from notification_service.api import fields

Writer = Callable[[Any], Any]

# What the database gives is what JSON takes.
AS_THEY_ARE = frozenset(
    {
        fields.Attributes,
        fields.Flag,
        fields.Id,
        fields.Phone,
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
MOMENTS = frozenset({fields.Moment, serializers.DateTimeField})


# No docstring: the OpenAPI document would show it at whatever is derived from it.
class FastSerializer(serializers.Serializer[Any]):
    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: write(instance) for name, write in self._plan}

    def shown(self, name: str) -> Any:
        return dict(self._plan)[name](self.instance)

    @cached_property
    def _plan(self) -> list[tuple[str, Writer]]:
        return [(name, _writer(field)) for name, field in self.fields.items() if not field.write_only]


def written_datetime(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _writer(field: serializers.Field[Any, Any, Any, Any]) -> Writer:
    if len(field.source_attrs) == 1:
        value_of: Writer = attrgetter(*field.source_attrs)
        if type(field) in AS_THEY_ARE:
            return value_of
        if type(field) in MOMENTS:
            return lambda row: written_datetime(value_of(row))
    return lambda row: _ask(field, row)


def _ask(field: serializers.Field[Any, Any, Any, Any], row: Any) -> Any:
    value = field.get_attribute(row)
    return None if value is None else field.to_representation(value)
