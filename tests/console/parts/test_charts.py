from datetime import UTC, datetime, timedelta

import pytest

from notification_service.console.parts.charts import MOST_COLUMNS, chart

START = datetime(2030, 1, 31, 9, tzinfo=UTC)


def minute(offset: int, **counts: int) -> dict[str, object]:
    return {"minute": START + timedelta(minutes=offset), "sent": 0, "failed": 0, "retried": 0, **counts}


def test_a_chart_keeps_every_count_at_any_step() -> None:
    rows = [minute(i, sent=3, failed=1) for i in range(0, 1000, 7)]
    drawn = chart(rows)
    assert drawn.totals == {"sent": 3 * len(rows), "failed": len(rows), "retried": 0}
    assert len(drawn.columns) <= MOST_COLUMNS + 1


def test_a_minute_without_sends_is_drawn_as_a_gap() -> None:
    drawn = chart([minute(0, sent=5), minute(2, sent=10)])
    assert [len(column.parts) for column in drawn.columns[:4]] == [1, 0, 1, 0]
    assert drawn.highest == 10


def test_an_empty_chart_has_a_time_axis() -> None:
    drawn = chart([], since=START, until=START + timedelta(hours=3))
    assert (drawn.ticks[0], drawn.highest) == (START, 0)


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (99, 100), (112, 120), (417, 500), (10_000, 10_000)],
)
def test_the_axis_ends_at_an_even_number_not_below_any_column(highest: int, top: int) -> None:
    drawn = chart([minute(0, sent=highest)])
    assert (drawn.top, drawn.middle * 2) == (top, top)
    assert all(part.y >= 0 for column in drawn.columns for part in column.parts)


def test_the_time_axis_has_labels_between_its_ends() -> None:
    drawn = chart([], since=START, until=START + timedelta(hours=3))
    hours = [(tick - START) / timedelta(hours=1) for tick in drawn.ticks]
    assert hours == [0, 0.75, 1.5, 2.25, 3]


def test_a_plan_is_a_line_over_the_columns_to_its_end() -> None:
    began = START.timestamp()
    drawn = chart([minute(0, sent=20)], plan=[(began, 0), (began + 30, 0), (began + 120, 60)])
    # Fifteen columns, 40 wide and 120 high: 20 in the first minute, 40 in the second.
    assert drawn.planned.split()[:3] == ["16.8,60.0", "56.8,0.0", "96.8,120.0"]
    assert (drawn.planned_total, drawn.top) == (60, 40)


def test_without_a_plan_there_is_no_line() -> None:
    assert chart([minute(0, sent=5)]).planned == ""
