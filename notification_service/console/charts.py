"""Columns over time, drawn on the server: no script, no jump when the numbers are new. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

FEWEST_COLUMNS, MOST_COLUMNS = 15, 60
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880)  # minutes
SERIES = ("sent", "failed", "retried")
WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True, slots=True)
class Part:
    series: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    at: datetime
    x: float
    width: float
    counts: dict[str, int]
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Chart:
    columns: list[Column]
    step_minutes: int
    highest: int
    first_at: datetime
    last_at: datetime
    totals: dict[str, int]


def chart(minutes: Sequence[Any], *, since: datetime | None = None, until: datetime | None = None) -> Chart:
    """`minutes`: rows with `minute` and a number for each of the SERIES; gaps are drawn as gaps."""
    first = since or min((row["minute"] for row in minutes), default=datetime.now(UTC))
    last = max([until or first, *(row["minute"] for row in minutes)])
    step = _step((last - first) // timedelta(minutes=1) + 1)
    buckets = _buckets(minutes, _floor(first, step), last, step)
    highest = max((sum(counts.values()) for counts in buckets.values()), default=0)
    width = WIDTH / len(buckets)
    columns = [
        Column(at, round(i * width, 2), round(width * 0.84, 2), counts, _parts(counts, highest))
        for i, (at, counts) in enumerate(buckets.items())
    ]
    totals = {name: sum(counts[name] for counts in buckets.values()) for name in SERIES}
    return Chart(columns, step, highest, columns[0].at, columns[-1].at, totals)


def _step(span_minutes: int) -> int:
    return next((step for step in STEPS if span_minutes <= step * MOST_COLUMNS), STEPS[-1])


def _floor(at: datetime, step: int) -> datetime:
    seconds = int(at.timestamp()) // (step * 60) * step * 60
    return datetime.fromtimestamp(seconds, UTC)


def _buckets(
    minutes: Sequence[Any], first: datetime, last: datetime, step: int
) -> dict[datetime, dict[str, int]]:
    count = max(int((last - first) / timedelta(minutes=step)) + 1, FEWEST_COLUMNS)
    buckets = {first + i * timedelta(minutes=step): dict.fromkeys(SERIES, 0) for i in range(count)}
    for row in minutes:
        if (bucket := buckets.get(_floor(row["minute"], step))) is not None:
            for name in SERIES:
                bucket[name] += row[name]
    return buckets


def _parts(counts: dict[str, int], highest: int) -> list[Part]:
    parts, bottom = [], float(HEIGHT)
    for name in SERIES:
        if counts[name] > 0:
            height = max(counts[name] / highest * HEIGHT, 1)
            bottom -= height
            parts.append(Part(name, round(bottom, 2), round(height, 2)))
    return parts
