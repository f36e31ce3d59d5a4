"""The rules of filters once more, in plain Python, as the contract words them."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from notification_service.directory.models import Client

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    **{op: getattr(operator, op) for op in ("eq", "ne", "lt", "gt")},
    "lte": operator.le,
    "gte": operator.ge,
    "contains": operator.contains,
    "starts_with": str.startswith,
}


def matches(found: Mapping[str, Any], client: Client) -> bool:
    """Whether the client matches a filter without segments and outcomes, given as JSON."""
    return (
        client.operator_code in found.get("operator_codes", [client.operator_code])
        and (not found.get("tags") or any(_has_tag(client, tag) for tag in found["tags"]))
        and ("where" not in found or holds(found["where"], client))
        and not ("exclude" in found and matches(found["exclude"], client))
    )


def holds(condition: Mapping[str, Any], client: Client) -> bool:
    if "all" in condition:
        return all(holds(each, client) for each in condition["all"])
    if "any" in condition:
        return any(holds(each, client) for each in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], client)
    return _compares(condition["field"], condition["op"], condition["value"], client)


def _compares(field: str, op: str, value: Any, client: Client) -> bool:
    if field == "tags":
        tags = tags_of(client)
        return {"eq": lambda: value in tags, "in": lambda: not {*value}.isdisjoint(tags)}.get(
            op, lambda: bool(tags) is value
        )()
    present = _value_of(client, field)
    if op == "exists":
        return (present is not None) is value
    if op == "in":
        return any(_compare("eq", present, _comparable(field, each)) for each in value)
    return _compare(op, present, _comparable(field, value))


def _compare(op: str, present: Any, value: Any) -> bool:
    if _kind(present) != _kind(value):
        return False
    compare: Callable[[Any, Any], bool] = OPERATIONS[op]
    return compare(present, value)


def _value_of(client: Client, field: str) -> Any:
    if field.startswith("attributes."):
        return _comparable(field, client.attributes.get(field.removeprefix("attributes.")))
    return getattr(client, field)


def _comparable(field: str, value: Any) -> Any:
    """A number is what is written in the JSON. Python's texts compare by code point."""
    if field == "created_at":
        return datetime.fromisoformat(value)
    return Decimal(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _has_tag(client: Client, tag: str) -> bool:
    return tag in tags_of(client) if tag else not tags_of(client)


def tags_of(client: Client) -> list[str]:
    return list(client.tags)
