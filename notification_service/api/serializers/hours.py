"""`{"from": …, "to": …, "days": …, "holidays": …}` or null, kept by the domain as four columns."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from rest_framework import serializers

from notification_service.api.fields import JsonSchema, StrictField
from notification_service.api.values import parse_time_of_day
from notification_service.mailings.contact_hours import UNSET
from notification_service.mailings.models.hours import WindowColumns
from notification_service.mailings.public_holidays import DAYS, countries

TIME_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
COUNTRY_PATTERN = "^[A-Z]{2}$"
KEYS = ("from", "to", "days", "holidays")
EDGES = ("from", "to")


class SendWindowField(StrictField):
    default_error_messages = {
        "object": 'Must be an object such as {{"from": "09:00", "to": "21:00"}}, or null.',
        "unknown": "There is no such field.",
        "missing": "This field is required, unless there are `days` or `holidays`.",
        "half": "Give both `from` and `to`, or neither.",
        "empty": "Must differ from `from`.",
        "days": "Must be a list of days: mon, tue, wed, thu, fri, sat, sun; or null for every day.",
        "no_day": "An empty list allows no day; null allows every day.",
        "twice": "A day is there twice.",
        "holidays": "Must be a country of which public holidays are known, such as RU; or null.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", allow_null=True, default=lambda: dict(UNSET), **kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """REST framework passes null on unchecked; here it stands for four columns."""
        return (True, dict(UNSET)) if data is None else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("object")
        problems: dict[str, Any] = {key: self.error_messages["unknown"] for key in data if key not in KEYS}
        days = self._read(data, "days", self._days, problems) or []
        holidays = self._read(data, "holidays", self._country, problems) or ""
        edges = {key: self._read(data, key, parse_time_of_day, problems) for key in EDGES}
        problems |= self._missing(
            data, is_whole_day_allowed=bool(days or holidays or problems.keys() - {*EDGES})
        )
        if not problems and edges["from"] is not None and edges["from"] == edges["to"]:
            problems["to"] = self.error_messages["empty"]
        if problems:
            raise serializers.ValidationError(problems)
        return {
            "window_from": edges["from"],
            "window_to": edges["to"],
            "window_days": days,
            "window_holidays": holidays,
        }

    def _read(self, data: Mapping[str, Any], key: str, parse: Any, problems: dict[str, Any]) -> Any:
        value = data.get(key)
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            problems[key] = str(error)
            return None

    def _missing(self, data: Mapping[str, Any], *, is_whole_day_allowed: bool) -> dict[str, str]:
        missing = [key for key in EDGES if data.get(key) is None]
        if not missing or (len(missing) == len(EDGES) and is_whole_day_allowed):
            return {}
        reason = "half" if is_whole_day_allowed else "missing"
        return dict.fromkeys(missing, str(self.error_messages[reason]))

    def _days(self, value: Any) -> list[str]:
        if not isinstance(value, list) or any(not isinstance(day, str) or day not in DAYS for day in value):
            raise ValueError(self.error_messages["days"])
        if not value:
            raise ValueError(self.error_messages["no_day"])
        if len(set(value)) < len(value):
            raise ValueError(self.error_messages["twice"])
        return sorted(value, key=DAYS.index)

    def _country(self, value: Any) -> str:
        if not isinstance(value, str) or value not in countries():
            raise ValueError(self.error_messages["holidays"])
        return value

    def to_representation(self, row: WindowColumns) -> dict[str, Any] | None:
        if row.send_window is None:
            return None
        return {
            "from": _shortest(row.window_from),
            "to": _shortest(row.window_to),
            "days": row.window_days or None,
            "holidays": row.window_holidays or None,
        }

    def json_schema(self) -> JsonSchema:
        """The values alone: generated clients cannot express which of them need one another."""
        edge = {"type": ["string", "null"], "pattern": TIME_PATTERN}
        day = {"type": "string", "enum": list(DAYS)}
        days = {"type": ["array", "null"], "items": day, "minItems": 1, "maxItems": 7, "uniqueItems": True}
        return {
            "type": "object",
            "properties": {
                "from": edge,
                "to": edge,
                "days": days,
                "holidays": {"type": ["string", "null"], "pattern": COUNTRY_PATTERN},
            },
            "additionalProperties": False,
        }

    def response_schema(self) -> JsonSchema:
        return {**self.json_schema(), "required": list(KEYS)}


def _shortest(moment: time | None) -> str | None:
    return None if moment is None else moment.isoformat("seconds" if moment.second else "minutes")
