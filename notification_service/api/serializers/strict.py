"""Serializers that also refuse fields that they do not know."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.reading import readers
from notification_service.directory.times import parse_datetime

CLOCK_SKEW = timedelta(minutes=1)  # the database's clock stamps a new row, and ours a changed one


# No docstring: the OpenAPI document would show it for every subclass.
class StrictSerializer(FastSerializer):
    # With an instance, what a response said can be sent back: a field that cannot be set is accepted if it is
    # equal. These change by themselves: with the right `id`, they may be those of an earlier response.
    moving: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        is_known = not isinstance(data, Mapping) or data.keys() <= readers(type(self)).names
        refused = {} if is_known else self._refused(data)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **refused}) from None  # type: ignore[dict-item]
        if refused:
            raise serializers.ValidationError(refused)
        return values

    @cached_property
    def shown_by(self) -> FastSerializer:
        """Return the serializer that writes the instance into responses."""
        return self

    def _refused(self, data: Mapping[Any, Any]) -> dict[str, list[ErrorDetail]]:
        return {key: [refusal] for key in data if (refusal := self._refusal(key, data[key]))}

    def _refusal(self, key: str, value: Any) -> ErrorDetail | None:
        if key in self.fields and not self.fields[key].read_only:
            return None
        if key not in self.shown_by.fields:
            return ErrorDetail("There is no such field.", "unknown_field")
        if self.instance is not None and (self._agrees(key, value) or self._was_so(key, value)):
            return None
        return ErrorDetail("This field is read-only.", "read_only")

    def _agrees(self, key: str, value: Any) -> bool:
        return _comparable(value) == _comparable(self.shown_by.shown(key))

    def _was_so(self, key: str, value: Any) -> bool:
        if key not in self.moving or not self._agrees("id", self.initial_data.get("id")):
            return False
        if key != "updated_at":
            return True
        made, changed = (_comparable(self.shown_by.shown(name))[1] for name in ("created_at", "updated_at"))
        _, said = _comparable(value)
        return isinstance(said, datetime) and made - CLOCK_SKEW <= said <= changed


class NoBody(StrictSerializer):
    """For a POST that has everything in its URL."""


def _comparable(value: Any) -> tuple[bool, Any]:
    """The same moment is equal, however it is written; `true` is not equal to 1."""
    try:
        return isinstance(value, bool), parse_datetime(value) if isinstance(value, str) else value
    except ValueError:
        return False, value
