"""Random loads of one gateway: mailings with deadlines, hours, zones and spread, by the minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from random import Random

from notification_service.mailings.send_window import Hours, SendWindow, find_zone, open_times, opening_in
from notification_service.mailings.spread import Period
from notification_service.mailings.time_left import time_left

BEGINNING = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Vladivostok")
BINS = 8  # of a zone's spread messages, which are due together


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of a zone that are due from the same moment on."""

    at: datetime
    zone: str
    messages: int


@dataclass(frozen=True)
class LoadedMailing:
    starts: int  # minutes since the beginning
    ends: int
    hours: Hours
    spread: int
    messages: dict[str, int]  # by zone

    @property
    def starts_at(self) -> datetime:
        return BEGINNING + self.starts * MINUTE

    @property
    def end_at(self) -> datetime:
        return BEGINNING + self.ends * MINUTE

    @cached_property
    def groups(self) -> list[Group]:
        """As the fan-out writes them."""
        written = [group for zone, count in self.messages.items() for group in self._written(zone, count)]
        return [group for group in written if group.messages]

    def open_minutes(self, zone: str) -> list[tuple[int, int]]:
        """In which minutes the messages of a zone may be sent, from the start until the end."""
        found = find_zone(zone)
        assert found
        times = open_times(self.hours, zone=found, start=self.starts_at, end=self.end_at)
        return [(_minute(opens), _minute(closes)) for opens, closes in times]

    def _written(self, zone: str, count: int) -> list[Group]:
        if not self.spread:
            return [Group(self._due(zone), zone, count)]
        period = Period(begins=self.starts_at, minutes=self.spread, end_at=self.end_at, hours=self.hours)
        bins = [(n / BINS, count * (n + 1) // BINS - count * n // BINS) for n in range(BINS)]
        parts = period.parts(zone, since=self.starts_at)
        return [
            Group(part.at + timedelta(seconds=part.seconds * (place - part.first)), zone, size)
            for place, size in bins
            for part in parts
            if part.first <= place < part.last
        ]

    def _due(self, zone: str) -> datetime:
        opening = opening_in(zone, hours=self.hours, at=self.starts_at, end_at=self.end_at)
        if not self.hours or opening > self.starts_at:
            return opening
        return opening - time_left(self.hours, zone, at=self.starts_at, end_at=self.end_at).ahead


@dataclass(frozen=True)
class Load:
    rate: int  # messages a minute that the gateway takes
    minutes: int
    mailings: list[LoadedMailing]
    workers: int

    @property
    def messages(self) -> int:
        return sum(sum(mailing.messages.values()) for mailing in self.mailings)


def random_load(random: Random, *, is_spread: bool = False) -> Load:
    """From an hour to three days; from a gateway that is nearly idle to one that is asked for too much.

    `is_spread`: every mailing has hours and is spread, else one in eight.
    """
    minutes = int(60 * 72 ** random.random())
    rate = random.randint(5, 60)
    mailings = [_random_times(random, minutes, is_spread) for _ in range(random.randint(2, 9))]
    weights = [random.random() ** 3 + 0.01 for _ in mailings]
    asked = random.uniform(0.05, 1.2) * rate * _minutes_open(mailings)
    sizes = [int(asked * weight / sum(weights)) for weight in weights]
    return Load(
        rate=rate,
        minutes=minutes,
        mailings=[
            LoadedMailing(*times, _in_zones(random, size, times, rate))
            for times, size in zip(mailings, sizes, strict=True)
        ],
        workers=random.choice((1, 1, 2, 3)),
    )


Times = tuple[int, int, Hours, int]


def _random_times(random: Random, minutes: int, is_spread: bool) -> Times:
    starts = random.choice((0, random.randrange(minutes // 2)))
    lasts = random.randint(min(20, (minutes - starts) // 2), minutes - starts)
    hours = (_random_window(random),) if is_spread or random.random() < 0.5 else ()
    spread = random.randint(1, lasts) if is_spread or random.random() < 0.25 else 0
    return starts, starts + lasts, hours, spread


def _random_window(random: Random) -> SendWindow:
    opens = random.randrange(6, 18)
    closes = min(23, opens + random.randint(1, 12))
    return SendWindow(time(opens), time(closes))


def _in_zones(random: Random, messages: int, times: Times, rate: int) -> dict[str, int]:
    """In no zone more than the gateway could send there alone: that would say nothing of the engine."""
    zones = random.sample(ZONES, random.randint(1, len(ZONES)))
    weights = [random.random() + 0.05 for _ in zones]
    starts, ends, hours, _ = times
    empty = LoadedMailing(starts, ends, hours, 0, {})
    most = {zone: rate * sum(b - a for a, b in empty.open_minutes(zone)) for zone in zones}
    return {
        zone: min(most[zone], int(messages * w / sum(weights)))
        for zone, w in zip(zones, weights, strict=True)
    }


def _minutes_open(mailings: list[Times]) -> int:
    """How many minutes there are in which any of them may be sent, about."""
    asked = set()
    for starts, ends, hours, _ in mailings:
        times = LoadedMailing(starts, ends, hours, 0, {}).open_minutes("Europe/Moscow")
        asked |= {minute for opens, closes in times for minute in range(opens, closes)}
    return max(1, len(asked))


def _minute(at: datetime) -> int:
    return int((at - BEGINNING) / MINUTE)
