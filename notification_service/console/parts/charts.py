"""Columns over time, drawn on the server: no script, and no jump when the numbers change. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

FEWEST_COLUMNS, MOST_COLUMNS = 15, 60
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880)  # minutes
SERIES = ("sent", "failed", "retried")
WIDTH, HEIGHT = 600, 120
TICKS = 5
ENDS = (2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 50, 60, 80, 100)  # of the axis, in its power of ten


Plan = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class ColumnPart:
    series: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    at: datetime
    x: float
    width: float
    counts: dict[str, int]
    parts: list[ColumnPart]


@dataclass(frozen=True, slots=True)
class Chart:
    columns: list[Column]
    step_minutes: int
    highest: int  # sum of a column
    top: int  # of the axis: even, so that its middle is a whole number
    ticks: list[datetime]
    totals: dict[str, int]
    planned: str  # the points of a line; empty: there was no plan
    planned_total: int

    @property
    def middle(self) -> int:
        return self.top // 2

    @property
    def tick_style(self) -> str:
        """For times that are days apart, the time of day is not enough."""
        return "minute" if self.ticks[-1] - self.ticks[0] < timedelta(days=1) else "long"


def chart(
    minutes: Sequence[Any],
    *,
    series: Sequence[str] = SERIES,
    since: datetime | None = None,
    until: datetime | None = None,
    plan: Plan = (),
) -> Chart:
    """`minutes`: rows with `minute` and a number for each of the series; gaps are drawn as gaps.

    `plan`: how many were to be sent by when, in seconds since the epoch; the axis goes on to its end.
    """
    planned_ends = [datetime.fromtimestamp(at, UTC) for at, _ in (*plan[:1], *plan[-1:])]
    first = since or min((*(row["minute"] for row in minutes), *planned_ends[:1]), default=datetime.now(UTC))
    last = max([until or first, *(row["minute"] for row in minutes), *planned_ends])
    step = _step((last - first) // timedelta(minutes=1) + 1)
    buckets = _buckets(minutes, _floor(first, step), last, step, series)
    highest = max((sum(counts.values()) for counts in buckets.values()), default=0)
    planned = _planned(plan, list(buckets), step)
    top, width = _even_top(max(highest, *planned, 0) if planned else highest), WIDTH / len(buckets)
    columns = [
        Column(at, round(i * width, 2), round(width * 0.84, 2), counts, _parts(counts, top))
        for i, (at, counts) in enumerate(buckets.items())
    ]
    totals = {name: sum(counts[name] for counts in buckets.values()) for name in series}
    times = list(buckets)
    ticks = [times[i * (len(times) - 1) // (TICKS - 1)] for i in range(TICKS)]
    return Chart(columns, step, highest, top, ticks, totals, _line(planned, top, width), sum(planned))


def _planned(plan: Plan, starts: list[datetime], step: int) -> list[int]:
    """Return how many were to be sent in each column."""
    edges = [at.timestamp() for at in starts]
    sent = [_sent_by(plan, at) for at in (*edges, edges[-1] + 60 * step)] if plan else []
    return [round(after) - round(before) for before, after in pairwise(sent)]


def _sent_by(plan: Plan, at: float) -> float:
    place = bisect_right(plan, at, key=lambda point: point[0])
    if place == 0:
        return 0.0
    if place == len(plan):
        return plan[-1][1]
    (since, before), (until, after) = plan[place - 1], plan[place]
    return before + (after - before) * (at - since) / (until - since)


def _line(planned: list[int], top: int, width: float) -> str:
    """Through the middle of each column."""
    points = (
        (round((i + 0.42) * width, 2), round(HEIGHT - count / top * HEIGHT, 2))
        for i, count in enumerate(planned)
    )
    return " ".join(f"{x},{y}" for x, y in points)


def _even_top(highest: int) -> int:
    """Return the axis's end: a round number, half of which is whole."""
    unit: int = 10 ** max(len(str(highest)) - 2, 0)
    return next(end * unit for end in ENDS if end * unit >= highest)


def _step(span_minutes: int) -> int:
    return next((step for step in STEPS if span_minutes <= step * MOST_COLUMNS), STEPS[-1])


def _floor(at: datetime, step: int) -> datetime:
    seconds = int(at.timestamp()) // (step * 60) * step * 60
    return datetime.fromtimestamp(seconds, UTC)


def _buckets(
    minutes: Sequence[Any], first: datetime, last: datetime, step: int, series: Sequence[str]
) -> dict[datetime, dict[str, int]]:
    count = max(int((last - first) / timedelta(minutes=step)) + 1, FEWEST_COLUMNS)
    buckets = {first + i * timedelta(minutes=step): dict.fromkeys(series, 0) for i in range(count)}
    for row in minutes:
        if (bucket := buckets.get(_floor(row["minute"], step))) is not None:
            for name in series:
                bucket[name] += row[name]
    return buckets


def _parts(counts: dict[str, int], top: int) -> list[ColumnPart]:
    parts, bottom = [], float(HEIGHT)
    for name in counts:
        if counts[name] > 0:
            height = max(counts[name] / top * HEIGHT, 1)
            bottom -= height
            parts.append(ColumnPart(name, round(bottom, 2), round(height, 2)))
    return parts
