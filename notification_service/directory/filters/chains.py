"""Limits for segments that name segments: no circle, no long chain, not too many conditions; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notification_service.directory.filters.faults import InvalidFilter, Place
from notification_service.directory.filters.filter import ClientFilter

MOST_IN_CHAIN = 10
MOST_TOGETHER = 1_000  # comparisons and segments, each as often as it is named


@dataclass(slots=True)
class _Measured:
    """For each segment, its longest chain, and its size together with all that it names."""

    segments: Mapping[str, ClientFilter]
    lengths: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def measure(self, name: str) -> None:
        if name in self.lengths or name not in self.segments:
            return
        named = [each for _, each in self.segments[name].segments()]
        for each in named:
            self.measure(each)
        self.lengths[name] = 1 + max((self.lengths.get(each, 0) for each in named), default=0)
        self.sizes[name] = (
            1 + len([*self.segments[name].comparisons()]) + sum(self.sizes.get(each, 0) for each in named)
        )


def check_chains(name: str, changed: ClientFilter, others: Mapping[str, ClientFilter]) -> None:
    """Raises InvalidFilter if the segment of this name, with this filter, cannot be among the others."""
    for place, named in changed.segments():
        if circle := _path(named, name, others):
            raise InvalidFilter([(place, f"The segment would name itself: {' → '.join((name, *circle))}.")])
    measured = _Measured({**others, name: changed})
    for each in measured.segments:
        measured.measure(each)
    place = next((place for place, _ in changed.segments()), _condition_of(changed))
    if max(measured.lengths.values()) > MOST_IN_CHAIN:
        raise InvalidFilter(
            [(place, f"No more than {MOST_IN_CHAIN} segments may name each other in a chain.")]
        )
    if max(measured.sizes.values()) > MOST_TOGETHER:
        words = f"With the segments that it names, a segment has no more than {MOST_TOGETHER} comparisons."
        raise InvalidFilter([(place, words)])


def _path(start: str, end: str, segments: Mapping[str, ClientFilter]) -> list[str] | None:
    """Return the names from one to the other, or None where none leads there."""
    seen, waiting = {start}, [[start]]
    while waiting:
        path = waiting.pop()
        if path[-1] == end:
            return path
        for name in _named_by(path[-1], segments):
            if name not in seen:
                seen.add(name)
                waiting.append([*path, name])
    return None


def _named_by(name: str, segments: Mapping[str, ClientFilter]) -> Iterator[str]:
    if name in segments:
        yield from (named for _, named in segments[name].segments())


def _condition_of(found: ClientFilter) -> Place:
    return ("where",) if found.where is not None else ("exclude", "where")
