"""JSON Pointers (RFC 6901) into a provider's response. `*` stands for the first member, whatever its name."""

from collections.abc import Callable
from typing import Any

MISSING = object()
FIRST = "*"

Pointer = tuple[str, ...]  # its unescaped parts, at least one


def read_pointer(text: object) -> Pointer:
    """Raises ValueError, with the reason, if it is no pointer to a part of a response."""
    if not isinstance(text, str) or not text.startswith("/") or len(text) > 200:
        raise ValueError("must be a JSON Pointer such as /message/id")
    parts = text[1:].split("/")
    for part in parts:
        if "~" in part.replace("~0", "").replace("~1", ""):
            raise ValueError("in a JSON Pointer ~ is written ~0, and / inside a name ~1")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def value_at(document: Any, pointer: Pointer) -> Any:
    """Return what is there, or MISSING."""
    for part in pointer:
        step = STEPS.get(type(document))
        if step is None:
            return MISSING
        document = step(document, part)
    return document


def _member(document: dict[str, Any], name: str) -> Any:
    if name == FIRST and FIRST not in document:
        return next(iter(document.values()), MISSING)
    return document.get(name, MISSING)


def _item(document: list[Any], index: str) -> Any:
    if index == FIRST:
        return document[0] if document else MISSING
    is_index = index.isascii() and index.isdigit() and len(index) < 6 and (index == "0" or index[0] != "0")
    return document[int(index)] if is_index and int(index) < len(document) else MISSING


STEPS: dict[type, Callable[[Any, str], Any]] = {dict: _member, list: _item}
