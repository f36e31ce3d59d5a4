from datetime import datetime, time

from tests.chaos.history import Changes, Hours


def test_the_first_value_holds_before_any_change() -> None:
    assert Changes("old").at(5) == ["old"]


def test_the_old_and_the_new_value_may_hold_until_a_second_after_the_response() -> None:
    changes = Changes("old")
    changes.settle(changes.ask("new", at=10), answered_at=10.5)
    assert [changes.at(moment) for moment in (9.9, 10, 11.4, 11.5)] == [
        ["old"],
        ["old", "new"],
        ["old", "new"],
        ["new"],
    ]


def test_a_change_without_a_response_stays_possible_until_the_next_change() -> None:
    changes = Changes("old")
    changes.ask("perhaps", at=10)
    changes.settle(changes.ask("new", at=20), answered_at=21)
    assert changes.at(19) == ["old", "perhaps"]
    assert changes.at(22) == ["new"]


def test_a_refused_change_leaves_the_old_value() -> None:
    changes = Changes("old")
    changes.withdraw(changes.ask("new", at=10))
    assert changes.at(30) == ["old"]


def at_clock(hour: int, minute: int = 0, second: int = 0, *, day: int = 1) -> datetime:
    """In a month that begins with a Monday."""
    return datetime(2029, 1, day, hour, minute, second)


def test_the_closing_time_is_outside_the_hours() -> None:
    hours = Hours(time(9), time(21))
    assert [hours.contain(at_clock(*at)) for at in ((8, 59), (9,), (20, 59, 59), (21,))] == [
        False,
        True,
        True,
        False,
    ]


def test_hours_may_cross_midnight() -> None:
    hours = Hours(time(21), time(9))
    assert [hours.contain(at_clock(*at)) for at in ((20, 59), (21,), (0,), (8, 59), (9,))] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    monday_night = Hours(time(21), time(9), weekday=0)
    moments = [at_clock(8), at_clock(22), at_clock(8, day=2), at_clock(22, day=2)]
    assert [monday_night.contain(at) for at in moments] == [False, True, True, False]


def test_hours_may_be_a_whole_day() -> None:
    tuesday = Hours(time.min, time.min, weekday=1)
    assert [tuesday.contain(at_clock(0, day=day)) for day in (1, 2, 3)] == [False, True, False]
