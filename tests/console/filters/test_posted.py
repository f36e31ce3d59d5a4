import pytest

from notification_service.console.filters.posted import changed, place_of, read_rows
from notification_service.console.filters.rows import FilterRow, Place, RowGroup, Rows

CITY, SPENT, NEW = FilterRow("attributes.city"), FilterRow("attributes.spent"), FilterRow()
GROUP = RowGroup("any", (CITY, SPENT))


def test_rows_are_read_in_their_order_with_their_groups() -> None:
    posted = {
        "where-joint": "all",
        "where-0-field": "tags",
        "where-0-op": "in",
        "where-0-kind": "text",
        "where-0-value": "a, b",
        "where-1-joint": "any",
        "where-1-0-field": "phone",
        "where-1-1-field": "attributes.city",
        "where-3-field": "after a gap",
    }
    rows = read_rows(posted, "where")
    group = RowGroup("any", (FilterRow("phone"), FilterRow("attributes.city")))
    assert rows == Rows("all", (FilterRow("tags", "in", "text", "a, b"), group))


@pytest.mark.parametrize(
    ("act", "place", "members"),
    [
        ("add", (), (CITY, GROUP, NEW)),
        ("group", (), (CITY, GROUP, RowGroup("any", (NEW, NEW)))),
        ("add", (1,), (CITY, RowGroup("any", (CITY, SPENT, NEW)))),
        ("drop", (0,), (GROUP,)),
        ("drop", (1,), (CITY,)),
        ("drop", (1, 0), (CITY, RowGroup("any", (SPENT,)))),
        ("drop", (7,), (CITY, GROUP)),
        ("drop", (7, 1), (CITY, GROUP)),
        ("add", (0,), (CITY, GROUP)),
        ("nothing known", (1,), (CITY, GROUP)),
    ],
)
def test_a_click_changes_the_rows(act: str, place: Place, members: tuple[FilterRow | RowGroup, ...]) -> None:
    assert changed(Rows("all", (CITY, GROUP)), act, place) == Rows("all", members)


def test_a_group_whose_last_row_is_removed_is_gone() -> None:
    assert changed(Rows("all", (RowGroup("any", (CITY,)),)), "drop", (0, 0)) == Rows()


@pytest.mark.parametrize(
    ("path", "place"), [("where", ()), ("where-2", (2,)), ("where-2-0", (2, 0)), ("where-x", ()), ("", ())]
)
def test_a_button_names_a_place(path: str, place: Place) -> None:
    assert place_of(path, "where") == place
