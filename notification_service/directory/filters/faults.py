"""What is wrong with a filter, and where in it; pure."""

from dataclasses import dataclass, field
from typing import Any

Place = tuple[str | int, ...]  # keys and positions, from the filter down

REQUIRED = "This field is required."
UNKNOWN = "There is no such field."
NOT_AN_OBJECT = "Must be a JSON object."
NOT_A_LIST = "Must be a list."
NOT_TEXT = "Not a valid string."
UNSTORABLE_TEXT = "Must not contain the character NUL or a lone surrogate."


class InvalidFilter(ValueError):  # noqa: N818
    """`faults` has what is wrong by place."""

    def __init__(self, faults: list[tuple[Place, str]]) -> None:
        super().__init__("; ".join(f"{'/'.join(map(str, place))}: {detail}" for place, detail in faults))
        self.faults = faults


@dataclass(slots=True)
class Reading:
    """One reading of a filter: what was found wrong so far, and how many comparisons it has."""

    faults: list[tuple[Place, str]] = field(default_factory=list)
    comparisons: int = 0

    def refuse(self, place: Place, detail: str) -> None:
        self.faults.append((place, detail))

    def object_of(self, value: Any, place: Place, *, keys: tuple[str, ...]) -> dict[str, Any] | None:
        """Return it if it is an object; every other key in it is a fault."""
        if not isinstance(value, dict):
            self.refuse(place, NOT_AN_OBJECT)
            return None
        for key in value:
            if key not in keys:
                self.refuse((*place, key), UNKNOWN)
        return value
