"""Where in a body or a query each error is: nested as REST framework has it, and flat with pointers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypedDict

from notification_service.api.error_codes import code_of
from notification_service.directory.filters import Place


class FieldProblem(TypedDict):
    pointer: str
    detail: str
    code: str


def at(place: tuple[str | int, ...], detail: str) -> Any:
    nested: Any = [detail]
    for key in reversed(place):
        nested = {key: nested}
    return nested


def merge(into: dict[Any, Any], other: dict[Any, Any]) -> None:
    """A problem of a whole and problems of its parts stand side by side."""
    for key, value in other.items():
        known = into.setdefault(key, value)
        if known is value:
            continue
        if not isinstance(known, dict):
            known = into[key] = {"non_field_errors": known}
        merge(known, value if isinstance(value, dict) else {"non_field_errors": value})


def nested_faults(faults: Iterable[tuple[Place, str]]) -> dict[str, Any]:
    """Return what is wrong with a filter as REST framework nests its errors."""
    nested: dict[str, Any] = {}
    for place, detail in faults:
        node = nested
        for key in place:
            node = node.setdefault(str(key), {})
        node.setdefault("non_field_errors", []).append(detail)
    return nested


def field_problems(detail: Any, pointer: str, *, separator: str) -> Iterator[FieldProblem]:
    """Flatten REST framework's nested errors, with a pointer for each."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            place = pointer if key == "non_field_errors" else f"{pointer}{separator}{_escape(str(key))}"
            yield from field_problems(value, place, separator=separator)
    elif isinstance(detail, list):
        for item in detail:
            yield from field_problems(item, pointer, separator=separator)
    else:
        yield FieldProblem(pointer=encodable(pointer), detail=encodable(str(detail)), code=code_of(detail))


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def encodable(text: str) -> str:
    # The error quotes what the caller sent: a lone surrogate would break the response's encoding.
    return text.encode("utf-8", "backslashreplace").decode()
