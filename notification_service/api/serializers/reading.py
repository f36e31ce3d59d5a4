"""Reads a new row from a body by fields that are made once: REST framework makes them anew for each request.

Only if all is well: what is wrong with a body, REST framework says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.fields import SkipField, empty

Serializer = serializers.Serializer[Any]


@dataclass(frozen=True, slots=True)
class Readers:
    """The fields of a serializer that belongs to no request."""

    names: frozenset[str]
    defaults: Mapping[str, Any]  # that are the same for every row, and written as they are
    fields: Sequence[tuple[str, serializers.Field[Any, Any, Any, Any], str | None]]


def read_at_once(serializer: Serializer, body: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValidationError if anything is wrong."""
    values: dict[str, Any] = {}
    known = readers(type(serializer))
    defaults = known.defaults
    for name, field, method in known.fields:
        given = body.get(name, empty)
        if given is empty and name in defaults:
            values[name] = defaults[name]
            continue
        try:
            value = field.run_validation(given)
        except SkipField:
            continue
        if method is not None:
            value = getattr(serializer, method)(value)
        serializer.set_value(values, field.source_attrs, value)
    return values


@cache
def readers(kind: type[Serializer]) -> Readers:
    writable = {name: field for name, field in kind().fields.items() if not field.read_only}
    return Readers(
        names=frozenset(writable),
        defaults={name: field.default for name, field in writable.items() if _is_constant(kind, field)},
        fields=[(name, field, _method(kind, name)) for name, field in writable.items()],
    )


def _method(kind: type[Serializer], name: str) -> str | None:
    method = f"validate_{name}"
    return method if hasattr(kind, method) else None


def _is_constant(kind: type[Serializer], field: serializers.Field[Any, Any, Any, Any]) -> bool:
    name = str(field.field_name)
    has_default = field.default is not empty and not callable(field.default)
    return has_default and field.source == name and _method(kind, name) is None
