"""Which responses a rule means. Two rules must not claim the same response."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notification_service.mailings.gateways.http.faults import Faults, Place
from notification_service.mailings.gateways.http.pointers import MISSING, Pointer, read_pointer, value_at
from notification_service.mailings.gateways.unusable import GatewayFault

MOST_RULES, MOST_CONDITIONS, MOST_VALUES = 50, 10, 500
STATUSES = range(200, 600)
SCALARS = (str, int, float, bool, type(None))


class Presence(StrEnum):
    """Written instead of a list of values."""

    ANY = "any"  # something other than null is there
    NONE = "none"  # nothing is there, or null


PRESENCES = [presence.value for presence in Presence]
Key = tuple[bool, Any]  # so that true is not 1
Expected = frozenset[Key] | Presence
Conditions = tuple[tuple[Pointer, Expected], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    statuses: frozenset[int] | None  # None: any
    body: Conditions = ()

    def is_for(self, status: int) -> bool:
        return self.statuses is None or status in self.statuses


def all_hold(conditions: Conditions, document: Any) -> bool:
    return all(_holds(expected, value_at(document, pointer)) for pointer, expected in conditions)


def listed_value(conditions: Conditions, document: Any) -> Any:
    """Return what the condition with the most values found, or MISSING: mostly the provider's own code."""
    listed = [(len(each), pointer) for pointer, each in conditions if not isinstance(each, Presence)]
    return value_at(document, max(listed)[1]) if listed else MISSING


def read_rules(value: Any, place: Place, faults: Faults) -> tuple[Rule, ...]:
    if not isinstance(value, list) or len(value) > MOST_RULES:
        faults.wrong(place, f"must be a list of {MOST_RULES} rules at most")
        return ()
    rules = [_rule(each, (*place, index), faults) for index, each in enumerate(value)]
    return tuple(rule for rule in rules if rule)


def read_conditions(value: Any, place: Place, faults: Faults) -> Conditions:
    if not isinstance(value, dict) or not 0 < len(value) <= MOST_CONDITIONS:
        faults.wrong(place, 'must be an object such as {"/status": ["ok"]}')
        return ()
    conditions = []
    for text, values in value.items():
        pointer, expected = (
            pointer_at(text, (*place, text), faults),
            _expected(values, (*place, text), faults),
        )
        if pointer and expected:
            conditions.append((pointer, expected))
    return tuple(conditions)


def pointer_at(text: Any, place: Place, faults: Faults) -> Pointer | None:
    try:
        return read_pointer(text)
    except ValueError as error:
        faults.add(place, GatewayFault.POINTER_MALFORMED, str(error))
        return None


def note_overlaps(named: Iterable[tuple[Place, Rule]], faults: Faults) -> None:
    """The first match wins, so a later rule for the same response would never apply."""
    earlier: list[tuple[Place, Rule]] = []
    for place, rule in named:
        for other_place, other in earlier:
            if overlap(other, rule):
                written = "/".join(map(str, other_place))
                faults.add(
                    place,
                    GatewayFault.RULES_OVERLAP,
                    f"{written} already takes an answer that this rule names",
                )
                break
        earlier.append((place, rule))


def overlap(first: Rule, second: Rule) -> bool:
    """Return whether `first` matches any response that `second` names."""
    if first.statuses is not None and second.statuses is not None and not first.statuses & second.statuses:
        return False
    return meet(first.body, second.body)


def meet(first: Conditions, second: Conditions) -> bool:
    named = dict(second)
    return all(pointer in named and _share(expected, named[pointer]) for pointer, expected in first)


def _rule(value: Any, place: Place, faults: Faults) -> Rule | None:
    before = len(faults.found)
    if not faults.is_object(value, place, frozenset({"status", "body"})):
        return None
    if not value.keys() & {"status", "body"}:
        faults.wrong(place, "must have a `status` or a `body`: it would mean any answer")
        return None
    statuses = _statuses(value["status"], (*place, "status"), faults) if "status" in value else None
    body = read_conditions(value["body"], (*place, "body"), faults) if "body" in value else ()
    return Rule(statuses, body) if len(faults.found) == before else None


def _statuses(value: Any, place: Place, faults: Faults) -> frozenset[int]:
    is_list = isinstance(value, list) and 0 < len(value) <= MOST_VALUES
    if not is_list or any(type(each) is not int or each not in STATUSES for each in value):
        faults.wrong(place, "must be a list of HTTP statuses, each from 200 to 599")
        return frozenset()
    return frozenset(value)


def _expected(value: Any, place: Place, faults: Faults) -> Expected | None:
    if isinstance(value, str) and value in PRESENCES:
        return Presence(value)
    is_list = isinstance(value, list) and 0 < len(value) <= MOST_VALUES
    if not is_list or any(not isinstance(each, SCALARS) for each in value):
        faults.wrong(place, 'must be a list of values, or "any" or "none"')
        return None
    return frozenset(map(_key, value))


def _key(value: Any) -> Key:
    return isinstance(value, bool), value


def _holds(expected: Expected, found: Any) -> bool:
    match expected:
        case Presence.ANY:
            return found is not MISSING and found is not None
        case Presence.NONE:
            return found is MISSING or found is None
        case _:
            return isinstance(found, SCALARS) and _key(found) in expected


def _share(first: Expected, second: Expected) -> bool:
    """Return whether some value is what both expect."""
    null = _key(None)
    match first, second:
        case Presence(), Presence():
            return first is second
        case (Presence() as presence, frozenset() as listed) | (
            frozenset() as listed,
            Presence() as presence,
        ):
            return null in listed if presence is Presence.NONE else bool(listed - {null})
        case _:
            return bool(frozenset(first) & frozenset(second))
