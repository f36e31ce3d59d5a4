"""Fields that accept exactly the JSON they document: REST framework's own convert whatever is similar."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from notification_service.api.values import INT64_MAX
from notification_service.directory.rules import (
    ATTRIBUTES_BYTES,
    FILLED_LINE_PATTERN,
    LINE_PATTERN,
    MOST_ATTRIBUTES,
    MOST_TAGS,
    NUMBER_LIMIT,
    PHONE_PATTERN,
    STORABLE_PATTERN,
    TAG_LENGTH,
    ZONE_LENGTH,
    Unacceptable,
    UnacceptableTags,
    clean_attributes,
    clean_tags,
    line_of,
    matches,
    visible,
    without_plus,
)
from notification_service.directory.times import parse_datetime
from notification_service.directory.zones import known_zones
from notification_service.mailings.models import Gateway

JsonSchema = dict[str, Any]

ONE_LINE = "Must be one line without control characters."
UNSTORABLE_TEXT = "Must not contain the character NUL or a lone surrogate."
INT64 = {"type": "integer", "format": "int64", "minimum": 1, "maximum": INT64_MAX}
WRITTEN_PHONE_PATTERN = "^[+]?7[0-9]{10}$"
SHOWN_PHONE_PATTERN = "^7[0-9]{3}([0-9]{3}|[*]{3})[0-9]{4}$"


class StrictField(serializers.Field[Any, Any, Any, Any]):
    """A field that states its own JSON schema (see `openapi.extensions`)."""

    def json_schema(self) -> JsonSchema:
        raise NotImplementedError

    def response_schema(self) -> JsonSchema:
        """The schema in responses, if it differs."""
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
        """`clean` makes texts equal that look alike (`directory.rules`), before anything is checked."""
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
        super().__init__(
            pattern=PHONE_PATTERN, meaning="11 digits, the first a 7", clean=without_plus, **kwargs
        )

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": WRITTEN_PHONE_PATTERN}

    def response_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": SHOWN_PHONE_PATTERN}


class Line(Text):
    """Text of one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=LINE_PATTERN, meaning="one line", clean=line_of, **kwargs)


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
        return {"type": "string", "minLength": 1, "maxLength": ZONE_LENGTH}


class Moment(StrictField, serializers.DateTimeField):
    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise serializers.ValidationError("Must be a string with a time in ISO 8601.", "moment")
        try:
            return parse_datetime(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error), "moment") from None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "date-time"}


class TextSet(StrictField, serializers.ListField):
    """A list of strings in which each counts once. An empty list is refused, as it would match nobody."""

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
        if len(data) > self.most:  # before its entries are checked: each may be an error
            self.fail("max_length", max_length=self.most)
        return list(dict.fromkeys(super().to_internal_value(data)))

    def json_schema(self) -> JsonSchema:
        return {"type": "array", "items": self.child.json_schema(), "minItems": 1, "maxItems": self.most}


class TagList(StrictField):
    """All tags of a client, in their order."""

    default_error_messages = {
        "not_a_list": "Must be a list of strings.",
        "too_many": f"Must have no more than {MOST_TAGS} tags.",
        "not_text": "Must be a string.",
        "empty": "Must not be empty.",
        "too_long": f"Must have no more than {TAG_LENGTH} characters.",
        "not_one_line": ONE_LINE,
        "twice": "Is in the list already.",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        try:
            return clean_tags(data)
        except UnacceptableTags as problem:
            if problem.tags:
                tags: Any = {
                    place: [ErrorDetail(str(self.error_messages[fault]), fault)]
                    for place, fault in problem.tags.items()
                }
                raise serializers.ValidationError(tags) from None
            self.fail(problem.fault)

    def to_representation(self, value: list[str]) -> list[str]:
        return value

    def json_schema(self) -> JsonSchema:
        tag = {"type": "string", "pattern": FILLED_LINE_PATTERN, "minLength": 1, "maxLength": TAG_LENGTH}
        return {"type": "array", "items": tag, "maxItems": MOST_TAGS, "uniqueItems": True}


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
                entries = {
                    key: [ErrorDetail(str(self.error_messages[reason]), reason)]
                    for key, reason in problem.entries.items()
                }
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
        if self.whole and isinstance(data, float) and data.is_integer():
            data = int(data)  # 1.0 is a whole number in JSON
        kinds = int if self.whole else int | float
        if not isinstance(data, kinds) or isinstance(data, bool) or not self.least <= data <= self.most:
            kind = "whole number" if self.whole else "number"
            self.fail("number", kind=kind, least=self.least, most=self.most)
        return data

    def to_representation(self, value: float) -> float:
        return value

    def json_schema(self) -> JsonSchema:
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.least, "maximum": self.most}


class GatewayName(StrictField):
    """A gateway by its name. With null, the default, the priorities decide."""

    default_error_messages = {"unknown": "There is no gateway of this name."}
    text = Text(max_length=64, clean=visible)

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


class NullIfEmpty(serializers.CharField):
    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class Id(StrictField, serializers.IntegerField):
    def json_schema(self) -> JsonSchema:
        return dict(INT64)
