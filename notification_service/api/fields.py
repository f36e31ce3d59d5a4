"""Fields that take exactly the JSON they document: REST framework's own convert whatever is close."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from rest_framework import serializers

from notification_service.api.values import INT64_MAX, parse_datetime, parse_time_of_day
from notification_service.directory.rules import (
    ATTRIBUTES_BYTES,
    MOST_ATTRIBUTES,
    NUMBER_LIMIT,
    PHONE_PATTERN,
    STORABLE_PATTERN,
    ZONE_LENGTH,
    Unacceptable,
    clean_attributes,
    matches,
    visible,
)
from notification_service.directory.zones import known_zones
from notification_service.mailings.models import Gateway, Mailing

JsonSchema = dict[str, Any]

UNSTORABLE_TEXT = "Must not contain the character NUL or a lone surrogate."
INT64 = {"type": "integer", "format": "int64", "minimum": 1, "maximum": INT64_MAX}
SHOWN_PHONE_PATTERN = "^7[0-9]{3}([0-9]{3}|[*]{3})[0-9]{4}$"
WINDOW_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


class StrictField(serializers.Field[Any, Any, Any, Any]):
    """A field that states its own JSON schema (see `openapi.extensions`)."""

    def json_schema(self) -> JsonSchema:
        raise NotImplementedError

    def response_schema(self) -> JsonSchema:
        """Where it differs from what is taken in."""
        return self.json_schema()


class Text(StrictField, serializers.CharField):
    default_error_messages = {"pattern": "Must be {meaning}."}

    def __init__(
        self,
        *,
        pattern: str = STORABLE_PATTERN,
        meaning: str = "text",
        clean: Callable[[str], str] = lambda text: text,
        **kwargs: Any,
    ) -> None:
        """`clean` makes alike what looks alike (`directory.rules`), before anything is checked."""
        super().__init__(trim_whitespace=False, **kwargs)
        self.pattern = pattern
        self.meaning = meaning
        self.clean = clean

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        data = self.clean(data)
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if not matches(self.pattern, data):
            self.fail("pattern", meaning=self.meaning)
        return str(data)

    def json_schema(self) -> JsonSchema:
        bounds = {"minLength": None if self.allow_blank else 1, "maxLength": self.max_length}
        return {
            "type": "string",
            "pattern": self.pattern,
            **{k: v for k, v in bounds.items() if v is not None},
        }


class Phone(Text):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=PHONE_PATTERN, meaning="11 digits, the first a 7", clean=visible, **kwargs)

    def response_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": SHOWN_PHONE_PATTERN}


class Zone(Text):
    default_error_messages = {"zone": "Must be the IANA name of a time zone, such as Europe/Moscow."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=ZONE_LENGTH, clean=visible, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in known_zones():
            self.fail("zone")
        return name

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "iana-time-zone", "minLength": 1, "maxLength": ZONE_LENGTH}


class Moment(StrictField, serializers.DateTimeField):
    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise serializers.ValidationError("Must be a string with a time in ISO 8601.")
        try:
            return parse_datetime(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "date-time"}


class TextSet(StrictField, serializers.ListField):
    """A list of strings in which each counts once; an empty one is refused, for it would match nobody."""

    default_error_messages = {
        "empty": "An empty list matches nobody; leave the key out to restrict nothing.",
    }
    child: Text

    def __init__(self, *, child: Text, max_length: int, **kwargs: Any) -> None:
        super().__init__(child=child, allow_empty=False, **kwargs)
        self.most = max_length

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > self.most:  # before its entries are looked at: each may be an error
            self.fail("max_length", max_length=self.most)
        return list(dict.fromkeys(super().to_internal_value(data)))

    def json_schema(self) -> JsonSchema:
        return {"type": "array", "items": self.child.json_schema(), "minItems": 1, "maxItems": self.most}


class Attributes(StrictField):
    """A flat JSON object."""

    default_error_messages = {
        "not_an_object": "Must be a JSON object.",
        "too_many_entries": f"Must have no more than {MOST_ATTRIBUTES} entries.",
        "too_large": f"Must take no more than {ATTRIBUTES_BYTES} bytes as JSON.",
        "not_a_scalar": "Must be a string, a number, a boolean or null.",
        "number_too_large": "Must be a number between -2^63 and 2^63.",
        "unstorable_text": UNSTORABLE_TEXT,
        "same_name": "Must differ from the other names by more than characters that nobody sees.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            return clean_attributes(data)
        except Unacceptable as problem:
            if problem.entries:
                entries = {key: [self.error_messages[reason]] for key, reason in problem.entries.items()}
                raise serializers.ValidationError(entries) from None
            self.fail(problem.reason)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value

    def json_schema(self) -> JsonSchema:
        values = [
            {"type": "string", "pattern": STORABLE_PATTERN},
            {"type": "number", "minimum": -NUMBER_LIMIT, "maximum": NUMBER_LIMIT},
            {"type": "boolean"},
            {"type": "null"},
        ]
        return {
            "type": "object",
            "maxProperties": MOST_ATTRIBUTES,
            "propertyNames": {"pattern": STORABLE_PATTERN},
            "additionalProperties": {"anyOf": values},
        }


class SendWindow(StrictField):
    """`{"from": ..., "to": ...}` or null, kept by the domain as `window_from` and `window_to`."""

    default_error_messages = {
        "object": 'Must be an object such as {{"from": "09:00", "to": "21:00"}}, or null.',
        "unknown": "There is no such field.",
        "missing": "This field is required.",
        "empty": "Must differ from `from`.",
    }

    def __init__(self, **kwargs: Any) -> None:
        unset = {"window_from": None, "window_to": None}
        super().__init__(source="*", allow_null=True, default=lambda: dict(unset), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, time | None]:
        if data is None:
            return {"window_from": None, "window_to": None}
        if not isinstance(data, Mapping):
            self.fail("object")
        problems: dict[str, Any] = {
            key: self.error_messages["unknown"] for key in data if key not in ("from", "to")
        }
        edges = {key: self._edge(data, key, problems) for key in ("from", "to")}
        if not problems and edges["from"] == edges["to"]:
            problems["to"] = self.error_messages["empty"]
        if problems:
            raise serializers.ValidationError(problems)
        return {"window_from": edges["from"], "window_to": edges["to"]}

    def _edge(self, data: Mapping[str, Any], key: str, problems: dict[str, Any]) -> time | None:
        value = data.get(key)
        if key not in data:
            problems[key] = self.error_messages["missing"]
            return None
        try:
            return parse_time_of_day(value)
        except ValueError as error:
            problems[key] = str(error)
            return None

    def to_representation(self, mailing: Mailing) -> dict[str, str] | None:
        window = mailing.send_window
        return {"from": _shortest(window.opens), "to": _shortest(window.closes)} if window else None

    def json_schema(self) -> JsonSchema:
        edge = {"type": "string", "pattern": WINDOW_PATTERN}
        return {
            "type": "object",
            "properties": {"from": edge, "to": edge},
            "required": ["from", "to"],
            "additionalProperties": False,
        }


class Flag(StrictField, serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data

    def json_schema(self) -> JsonSchema:
        return {"type": "boolean"}


class Number(StrictField):
    """A JSON number: neither its text nor a boolean."""

    default_error_messages = {"number": "Must be a {kind} from {least} to {most}."}

    def __init__(self, *, least: float, most: float, whole: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.whole = least, most, whole

    def to_internal_value(self, data: Any) -> float:
        kinds = int if self.whole else int | float
        if not isinstance(data, kinds) or isinstance(data, bool) or not self.least <= data <= self.most:
            kind = "whole number" if self.whole else "number"
            self.fail("number", kind=kind, least=self.least, most=self.most)
        return data

    def json_schema(self) -> JsonSchema:
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.least, "maximum": self.most}


class GatewayName(StrictField):
    """A gateway by its name; null, which is the default, leaves the choice to the priorities."""

    default_error_messages = {"unknown": "There is no gateway of this name."}
    text = Text(max_length=64)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, default=None, **kwargs)

    def to_internal_value(self, data: Any) -> Gateway:
        gateway = Gateway.objects.filter(name=self.text.run_validation(data)).first()
        if gateway is None:
            self.fail("unknown")
        return gateway

    def to_representation(self, value: Gateway) -> str:
        return value.name

    def json_schema(self) -> JsonSchema:
        return self.text.json_schema()


class Id(StrictField, serializers.IntegerField):
    def json_schema(self) -> JsonSchema:
        return dict(INT64)


def _shortest(moment: time) -> str:
    return moment.isoformat("seconds" if moment.second else "minutes")
