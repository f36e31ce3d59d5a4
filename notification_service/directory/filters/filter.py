"""Which clients are meant: operator codes, tags, a condition, a segment, outcomes, less those excluded; pure.

All that is given must hold. What is written is kept as it is read here: `read_filter(f.as_json()) == f`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from notification_service.directory.filters.conditions import (
    Comparison,
    Condition,
    as_json,
    comparisons_of,
    read_condition,
)
from notification_service.directory.filters.faults import (
    NOT_A_LIST,
    NOT_TEXT,
    REQUIRED,
    UNSTORABLE_TEXT,
    InvalidFilter,
    Place,
    Reading,
)
from notification_service.directory.rules import (
    NOT_IN_A_LINE,
    TAG_LENGTH,
    is_operator_code,
    is_storable,
    tag_of,
    visible,
)

MOST_ENTRIES = 1000
SEGMENT_NAME_LENGTH = 64
LARGEST_ID = 2**63 - 1
NOT_REACHED = ("failed", "expired", "cancelled")
OUTCOMES = (*NOT_REACHED, "unknown", "sent")
OF_EXCLUDED = ("operator_codes", "tags", "where", "segment", "outcome_of")
KEYS = (*OF_EXCLUDED, "exclude")
EMPTY_LIST = "An empty list matches nobody; leave the key out to restrict nothing."


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """Clients whose message of that mailing has one of the statuses."""

    mailing: int
    statuses: tuple[str, ...] = NOT_REACHED


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Empty or None: it restricts nothing. `exclude` has no `exclude` of its own."""

    operator_codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # "" stands for no tag
    where: Condition | None = None
    segment: str | None = None
    outcome_of: OutcomeOf | None = None
    exclude: "ClientFilter | None" = None

    def as_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "operator_codes": list(self.operator_codes),
            "tags": list(self.tags),
            "where": self.where and as_json(self.where),
            "segment": self.segment,
            "outcome_of": self.outcome_of and _outcome_as_json(self.outcome_of),
            "exclude": self.exclude and self.exclude.as_json(),
        }
        return {key: value for key, value in written.items() if value}

    def segments(self) -> Iterator[tuple[Place, str]]:
        """Yield the segments that it names, and where."""
        for place, part in self._parts():
            if part.segment is not None:
                yield (*place, "segment"), part.segment

    def outcomes(self) -> Iterator[tuple[Place, OutcomeOf]]:
        for place, part in self._parts():
            if part.outcome_of is not None:
                yield (*place, "outcome_of", "mailing"), part.outcome_of

    def comparisons(self) -> Iterator[tuple[Place, Comparison]]:
        """Yield what it compares, with the place of the condition that has it."""
        for place, part in self._parts():
            if part.where is not None:
                yield from (((*place, "where"), each) for each in comparisons_of(part.where))

    def _parts(self) -> Iterator[tuple[Place, "ClientFilter"]]:
        yield (), self
        if self.exclude is not None:
            yield ("exclude",), self.exclude


def read_filter(data: Any) -> ClientFilter:
    """Return what the JSON says. Raises InvalidFilter."""
    reading = Reading()
    found = _read(data, (), reading, keys=KEYS)
    if reading.faults or found is None:
        raise InvalidFilter(reading.faults)
    return found


def clean_segment_name(text: str) -> str:
    """Names that look equal are equal, as tags are."""
    return tag_of(text)


def segment_name_fault(name: Any) -> str | None:
    """Return what is wrong with the name of a segment."""
    if not isinstance(name, str):
        return NOT_TEXT
    if not is_storable(name):
        return UNSTORABLE_TEXT
    if not 1 <= len(clean_segment_name(name)) <= SEGMENT_NAME_LENGTH:
        return f"Must have 1 to {SEGMENT_NAME_LENGTH} characters."
    return "Must be one line of text." if NOT_IN_A_LINE.search(clean_segment_name(name)) else None


def _read(data: Any, place: Place, reading: Reading, *, keys: tuple[str, ...]) -> ClientFilter | None:
    given = reading.object_of(data, place, keys=keys)
    if given is None:
        return None
    readers: dict[str, Callable[[Any, Place, Reading], Any]] = {
        "operator_codes": _read_codes,
        "tags": _read_tags,
        "where": read_condition,
        "segment": _read_segment,
        "outcome_of": _read_outcome,
        "exclude": _read_excluded,
    }
    fields = {key: readers[key](given[key], (*place, key), reading) for key in keys if key in given}
    return ClientFilter(**fields)


def _read_excluded(data: Any, place: Place, reading: Reading) -> ClientFilter | None:
    found = _read(data, place, reading, keys=OF_EXCLUDED)
    if data == {}:
        reading.refuse(place, "An empty object excludes everyone; leave the key out to exclude nobody.")
    return found


def _read_codes(data: Any, place: Place, reading: Reading) -> tuple[str, ...]:
    codes = []
    for at, text in _texts(data, place, reading):
        codes.append(visible(text))
        if not is_operator_code(codes[-1]):
            reading.refuse(at, "Must be three digits.")
    return tuple(dict.fromkeys(codes))


def _read_tags(data: Any, place: Place, reading: Reading) -> tuple[str, ...]:
    tags = []
    for at, text in _texts(data, place, reading):
        tags.append(tag_of(text))
        if len(tags[-1]) > TAG_LENGTH:
            reading.refuse(at, f"Ensure this field has no more than {TAG_LENGTH} characters.")
        elif NOT_IN_A_LINE.search(tags[-1]):
            reading.refuse(at, "Must be one line without control characters.")
    return tuple(dict.fromkeys(tags))


def _texts(
    data: Any, place: Place, reading: Reading, *, most: int = MOST_ENTRIES
) -> Iterator[tuple[Place, str]]:
    if not isinstance(data, list):
        reading.refuse(place, NOT_A_LIST)
    elif not data:
        reading.refuse(place, EMPTY_LIST)
    elif len(data) > most:
        reading.refuse(place, f"Ensure this field has no more than {most} elements.")
    else:
        for index, each in enumerate(data):
            if isinstance(each, str):
                yield (*place, index), each
            else:
                reading.refuse((*place, index), NOT_TEXT)


def _read_segment(data: Any, place: Place, reading: Reading) -> str | None:
    if fault := segment_name_fault(data):
        reading.refuse(place, fault)
        return None
    return clean_segment_name(data)


def _read_outcome(data: Any, place: Place, reading: Reading) -> OutcomeOf | None:
    given = reading.object_of(data, place, keys=("mailing", "statuses"))
    if given is None:
        return None
    mailing = given.get("mailing")
    if "mailing" not in given:
        reading.refuse((*place, "mailing"), REQUIRED)
    elif not isinstance(mailing, int) or isinstance(mailing, bool) or not 1 <= mailing <= LARGEST_ID:
        reading.refuse((*place, "mailing"), f"Must be a whole number from 1 to {LARGEST_ID}.")
    statuses = []
    given_statuses = given.get("statuses", [*NOT_REACHED])
    for at, status in _texts(given_statuses, (*place, "statuses"), reading, most=len(OUTCOMES)):
        statuses.append(status)
        if status not in OUTCOMES:
            reading.refuse(at, f"Must be one of {', '.join(OUTCOMES)}.")
    return OutcomeOf(mailing, tuple(dict.fromkeys(statuses))) if isinstance(mailing, int) else None


def _outcome_as_json(outcome: OutcomeOf) -> dict[str, Any]:
    return {"mailing": outcome.mailing, "statuses": list(outcome.statuses)}
