"""The schema of a condition, which may have conditions in it."""

from collections.abc import Iterator
from typing import Any

from notification_service.api.fields import JsonSchema
from notification_service.directory.filters.conditions import MOST_COMPARISONS, MOST_LEVELS
from notification_service.directory.filters.operators import ATTRIBUTE, OF_TEXT, OPS, ORDER, Op
from notification_service.directory.filters.values import MOST_VALUES, TEXT_LENGTH
from notification_service.directory.rules import (
    FILLED_LINE_PATTERN,
    NUMBER_LIMIT,
    STORABLE_PATTERN,
    TAG_LENGTH,
)

ITSELF = {"$ref": "#/components/schemas/Condition"}
TEXT = {"type": "string", "pattern": STORABLE_PATTERN, "maxLength": TEXT_LENGTH}
NUMBER = {"type": "number", "minimum": -NUMBER_LIMIT, "maximum": NUMBER_LIMIT}
BOOLEAN = {"type": "boolean"}
TAG = {"type": "string", "pattern": FILLED_LINE_PATTERN, "maxLength": TAG_LENGTH}
MOMENT = {"type": "string", "format": "date-time"}
NAME = {"type": "string", "pattern": r"^attributes\.[^\u0000]{1,255}$"}
VALUES: dict[str, JsonSchema] = {**dict.fromkeys(OPS, TEXT), "tags": TAG, "created_at": MOMENT}


def _object(**properties: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _comparisons(field: JsonSchema, ops: frozenset[Op], value: JsonSchema) -> Iterator[JsonSchema]:
    """Comparisons of a field; those with one value have all the same."""
    plain = [op.value for op in Op if op in ops - {Op.IN, Op.EXISTS}]
    yield _object(field=field, op={"type": "string", "enum": plain}, value=value)
    if Op.IN in ops:
        values = {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES}
        yield _object(field=field, op={"type": "string", "enum": [Op.IN.value]}, value=values)
    if Op.EXISTS in ops:
        yield _object(field=field, op={"type": "string", "enum": [Op.EXISTS.value]}, value=BOOLEAN)


def _all_comparisons() -> Iterator[JsonSchema]:
    yield from _comparisons(NAME, frozenset(Op) - ORDER - OF_TEXT, {"anyOf": [TEXT, NUMBER, BOOLEAN]})
    yield from _comparisons(NAME, ORDER, {"anyOf": [TEXT, NUMBER]})
    yield from _comparisons(NAME, OF_TEXT, TEXT)
    for name, ops in OPS.items():
        yield from _comparisons({"type": "string", "enum": [name]}, ops, VALUES[name])


MEMBERS: dict[str, Any] = {"type": "array", "items": ITSELF, "minItems": 1, "maxItems": MOST_COMPARISONS}
CONDITION: JsonSchema = {
    "description": "`all`, `any` or `not`, or one comparison: of `phone`, `operator_code`, `tags`, "
    f"`timezone`, `created_at` or `{ATTRIBUTE}NAME`. Numbers compare as numbers, texts by code point. "
    "A missing attribute, or a value of another type, meets no comparison, `ne` included; "
    '`{"op": "exists", "value": false}` finds those who lack it. '
    f"{MOST_LEVELS} levels and {MOST_COMPARISONS} comparisons at most.",
    "anyOf": [_object(all=MEMBERS), _object(any=MEMBERS), _object(**{"not": ITSELF}), *_all_comparisons()],
}
