import random
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notification_service.console.filters.rows import (
    BadRow,
    FilterRow,
    RowGroup,
    Rows,
    comparison_of,
    rows_of,
    written,
)
from notification_service.directory.filters import Group as ConditionGroup
from notification_service.directory.filters import read_filter

MOSCOW = ZoneInfo("Europe/Moscow")
LEAVES: list[dict[str, Any]] = [
    {"field": "attributes.city", "op": "eq", "value": "Kazan"},
    {"field": "attributes.city", "op": "in", "value": ["Kazan", "Tver, the old town"]},
    {"field": "attributes.spent", "op": "gte", "value": 1500},
    {"field": "attributes.spent", "op": "lt", "value": 0.5},
    {"field": "attributes.vip", "op": "ne", "value": False},
    {"field": "attributes.bought", "op": "exists", "value": False},
    {"field": "attributes.code", "op": "eq", "value": "5"},
    {"field": "tags", "op": "in", "value": ["vip", 'a "b", c']},
    {"field": "phone", "op": "starts_with", "value": "7916"},
    {"field": "created_at", "op": "gte", "value": "2026-03-01T00:00:00+00:00"},
    {"field": "created_at", "op": "lt", "value": "2026-03-01T10:20:30+00:00"},
    {"field": "created_at", "op": "in", "value": ["2026-03-01T00:00:00+00:00"]},
]
NOT_ROWS: list[dict[str, Any]] = [
    {"not": LEAVES[0]},
    {"all": [LEAVES[0], {"any": [LEAVES[1], {"all": LEAVES[2:4]}]}]},
    {"field": "attributes.x", "op": "in", "value": [1, "1"]},
    {"field": "attributes.x", "op": "eq", "value": " spaces around "},
    {"field": "attributes.x", "op": "eq", "value": "two\nlines"},
]


def condition(written_one: dict[str, Any]) -> Any:
    return read_filter({"where": written_one}).where


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_comparison_is_a_row_that_says_the_same(leaf: dict[str, Any]) -> None:
    rows = rows_of(condition(leaf), zone=MOSCOW)
    assert rows is not None
    found, faults = written(rows, zone=MOSCOW)
    assert (condition(found or {}), faults) == (condition(leaf), {})


@pytest.mark.parametrize("condition_of_more", NOT_ROWS)
def test_what_rows_cannot_say_exactly_is_no_rows(condition_of_more: dict[str, Any]) -> None:
    assert rows_of(condition(condition_of_more), zone=MOSCOW) is None


def test_groups_of_any_shape_that_rows_have_say_the_same() -> None:
    chance = random.Random(7)
    for _ in range(200):
        members = [
            chance.choice(LEAVES)
            if chance.random() < 0.6
            else {chance.choice(["all", "any"]): chance.choices(LEAVES, k=chance.randint(2, 3))}
            for _ in range(chance.randint(2, 4))
        ]
        given = condition({chance.choice(["all", "any"]): members})
        rows = rows_of(given, zone=MOSCOW)
        assert rows is not None
        assert condition(written(rows, zone=MOSCOW)[0] or {}) == given


def test_a_group_of_one_is_shown_as_the_one() -> None:
    rows = rows_of(ConditionGroup("any", (condition(LEAVES[0]),)), zone=UTC)
    assert rows == Rows("all", (FilterRow("attributes.city", "eq", "text", "Kazan"),))


def test_a_time_is_that_of_the_operators_zone() -> None:
    row = FilterRow("created_at", "gte", value="2026-03-01T03:00")
    assert comparison_of(row, zone=MOSCOW)["value"] == "2026-03-01T03:00:00+03:00"


def test_a_phone_may_be_written_as_people_write_it() -> None:
    assert comparison_of(FilterRow("phone", value="+7 (916) 123-45-67"), zone=UTC)["value"] == "79161234567"


def test_a_row_that_is_not_begun_says_nothing() -> None:
    assert written(Rows("all", (FilterRow(), RowGroup("any", (FilterRow(),)))), zone=UTC) == (None, {})


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (FilterRow("attributes.city"), "empty"),
        (FilterRow("attributes.spent", "gt", "number", "many"), "number"),
        (FilterRow("attributes.spent", "gt", "number", "9" * 30), "value"),
        (FilterRow("attributes.vip", "gt", "boolean", "yes"), "value"),
        (FilterRow("created_at", "gt", value="soon"), "moment"),
        (FilterRow("tags", "contains", value="v"), "value"),
        (FilterRow("attributes.city", "eq", "text", "x" * 1001), "value"),
        (FilterRow("made up", "eq", "text", "x"), "value"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.field}-{value.op}",
)
def test_a_row_that_cannot_be_compared_says_why(row: FilterRow, fault: str) -> None:
    with pytest.raises(BadRow) as refused:
        comparison_of(row, zone=UTC)
    assert refused.value.fault == fault
    assert written(Rows("all", (row,)), zone=UTC)[1] == {(0,): fault}
