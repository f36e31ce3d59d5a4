"""How many messages of a load anybody could send who knew all of it beforehand: a maximum flow, exactly."""

from collections import deque
from datetime import datetime
from itertools import pairwise

from tests.delivery.simulation.feasible.loads import BEGINNING, MINUTE, Load


def most_sent(load: Load) -> int:
    classes = _classes(load)
    edges = sorted({edge for spans, _ in classes for span in spans for edge in span})
    slots = list(pairwise(edges))
    free = [(closes - opens) * load.rate for opens, closes in slots]
    where = [
        [n for n, (opens, closes) in enumerate(slots) if any(a <= opens and closes <= b for a, b in spans)]
        for spans, _ in classes
    ]
    return _flow([count for _, count in classes], where, free)


def _classes(load: Load) -> list[tuple[tuple[tuple[int, int], ...], int]]:
    """The minutes in which messages may be sent, and how many messages those are."""
    counted: dict[tuple[tuple[int, int], ...], int] = {}
    for mailing in load.mailings:
        for group in mailing.groups:
            since = _first_minute(group.at)
            spans = tuple((max(a, since), b) for a, b in mailing.open_minutes(group.zone) if b > since)
            counted[spans] = counted.get(spans, 0) + group.messages
    return [(spans, count) for spans, count in counted.items() if spans]


def _first_minute(at: datetime) -> int:
    return max(0, -int(-(at - BEGINNING) // MINUTE))


def _flow(wanted: list[int], where: list[list[int]], free: list[int]) -> int:
    """Fill slots in order, those with the fewest slots left first; then find what else can be moved."""
    left, given = list(wanted), [dict[int, int]() for _ in wanted]
    for slot in range(len(free)):
        allowed = [n for n, slots in enumerate(where) if slot in slots and left[n]]
        for n in sorted(allowed, key=lambda n: sum(1 for each in where[n] if each > slot)):
            _give(given, left, free, n, slot, min(left[n], free[slot]))
    while _augment(left, where, given, free):
        pass
    return sum(wanted) - sum(left)


def _give(
    given: list[dict[int, int]], left: list[int], free: list[int], n: int, slot: int, count: int
) -> None:
    given[n][slot] = given[n].get(slot, 0) + count
    left[n] -= count
    free[slot] -= count


def _augment(left: list[int], where: list[list[int]], given: list[dict[int, int]], free: list[int]) -> bool:
    """Find a way from a class that lacks room to a slot that has some, over others that can move."""
    origin: dict[int, tuple[int, int | None]] = {}  # slot: the class that would take it, and from which slot
    reached = {n for n, count in enumerate(left) if count}
    ways = deque((n, None) for n in reached)
    came: dict[int, int | None] = dict.fromkeys(reached)
    while ways:
        n, _ = ways.popleft()
        for slot in where[n]:
            if slot in origin:
                continue
            origin[slot] = (n, came[n])
            if free[slot]:
                return _move_along(slot, origin, left, given, free)
            for other, slots in enumerate(given):
                if slots.get(slot) and other not in reached:
                    reached.add(other)
                    came[other] = slot
                    ways.append((other, None))
    return False


def _move_along(
    slot: int,
    origin: dict[int, tuple[int, int | None]],
    left: list[int],
    given: list[dict[int, int]],
    free: list[int],
) -> bool:
    steps, at = [], slot
    while True:
        n, before = origin[at]
        steps.append((n, at, before))
        if before is None:
            break
        at = before
    first = steps[-1][0]
    count = min(free[slot], left[first], *(given[n][b] for n, _, b in steps if b is not None), left[first])
    for n, to, before in steps:
        given[n][to] = given[n].get(to, 0) + count
        if before is not None:
            given[n][before] -= count
    left[first] -= count
    free[slot] -= count
    return True
