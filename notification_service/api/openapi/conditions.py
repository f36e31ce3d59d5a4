"""The schema of a condition, which may have conditions in it."""

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

Schemas = dict[str, JsonSchema]

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


def _comparisons(name: str, field: JsonSchema, ops: frozenset[Op], value: JsonSchema) -> Schemas:
    """The comparisons of a field. All that take one value have the same schema."""
    plain = [op.value for op in Op if op in ops - {Op.IN, Op.EXISTS}]
    found = {f"{name}Comparison": _object(field=field, op={"type": "string", "enum": plain}, value=value)}
    if Op.IN in ops:
        values = {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES}
        found[f"{name}In"] = _object(field=field, op=_only(Op.IN), value=values)
    if Op.EXISTS in ops:
        found[f"{name}Exists"] = _object(field=field, op=_only(Op.EXISTS), value=BOOLEAN)
    return found


def _only(op: Op) -> JsonSchema:
    return {"type": "string", "enum": [op.value]}


def _all_comparisons() -> Schemas:
    of_any = frozenset(Op) - ORDER - OF_TEXT
    found = {
        **_comparisons("Attribute", NAME, of_any, {"anyOf": [TEXT, NUMBER, BOOLEAN]}),
        **_comparisons("AttributeOrder", NAME, ORDER, {"anyOf": [TEXT, NUMBER]}),
        **_comparisons("AttributeText", NAME, OF_TEXT, TEXT),
    }
    for name, ops in OPS.items():
        of_name = "".join(part.title() for part in name.split("_"))
        found |= _comparisons(of_name, {"type": "string", "enum": [name]}, ops, VALUES[name])
    return found


MEMBERS: dict[str, Any] = {"type": "array", "items": ITSELF, "minItems": 1, "maxItems": MOST_COMPARISONS}
# Each under a name: generators number what has none, and some can only follow a condition within a condition
# from one object with a name to another.
PARTS: Schemas = {
    "ConditionAll": _object(all=MEMBERS),
    "ConditionAny": _object(any=MEMBERS),
    "ConditionNot": _object(**{"not": ITSELF}),
    **_all_comparisons(),
}
CONDITION: JsonSchema = {
    "description": "`all`, `any` or `not`, or one comparison: of `phone`, `operator_code`, `tags`, "
    f"`timezone`, `created_at` or `{ATTRIBUTE}NAME`. Numbers compare as numbers, texts by code point. "
    "A missing attribute, or a value of another type, meets no comparison, `ne` included; "
    '`{"op": "exists", "value": false}` finds those who lack it. '
    f"{MOST_LEVELS} levels and {MOST_COMPARISONS} comparisons at most.",
    "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in PARTS],
}
SCHEMAS: Schemas = {"Condition": CONDITION, **PARTS}
