from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from notification_service.api.serializers.fast import FastSerializer


class StrictSerializer(FastSerializer):
    """Refuses what it does not know, beside whatever else is wrong."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from None  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def _unknown(self, data: Mapping[Any, Any]) -> dict[str, list[str]]:
        return {
            key: [self._refusal(key)] for key in data if key not in self.fields or self.fields[key].read_only
        }

    def _refusal(self, key: str) -> str:
        return "This field is read-only." if key in self.fields else "There is no such field."


class NoBody(StrictSerializer):
    """For a POST that says everything in its URL."""
