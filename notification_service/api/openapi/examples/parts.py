"""What examples are made of."""

from typing import Any

Examples = dict[str, dict[str, Any]]


def one(value: Any) -> dict[str, Any]:
    return {"example": {"value": value}}


def page(*results: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(results)}


def cell(value: Any) -> str:
    return "" if value is None else str(value)
