"""Whom a claim prefers, and how much of it is divided equally."""

import pytest

from notification_service.mailings.hurry import EQUAL, LEAST_EQUAL, Need, prefer

RATE = 10.0
HOUR = 3600.0


def need(mailing_id: int, left: int, seconds: float, closing: float | None = None) -> Need:
    return Need(mailing_id, left, seconds, seconds if closing is None else closing)


def test_while_everything_is_easy_all_is_divided_equally() -> None:
    assert prefer([need(1, 100, HOUR), need(2, 2000, HOUR)], rate=RATE).equal == 1.0


def test_the_more_is_needed_in_time_the_less_is_divided_equally() -> None:
    parts = [
        prefer([need(1, left, HOUR), need(2, 10, 9 * HOUR)], rate=RATE).equal
        for left in range(0, 40_000, 900)
    ]
    assert parts == sorted(parts, reverse=True)
    assert (parts[0], parts[-1]) == (1.0, LEAST_EQUAL)


def test_a_deadline_that_is_near_and_needs_the_gateway_comes_first() -> None:
    calm, near = need(1, 100_000, 90 * HOUR), need(2, 30_000, HOUR)
    assert prefer([calm, near], rate=RATE).order == (2, 1)


def test_hours_that_leave_just_enough_time_come_before_an_end_that_leaves_more() -> None:
    """The end comes first, but the other mailing can be sent while the hours are closed."""
    with_hours = need(1, 420_000, 12 * HOUR, closing=HOUR)
    without = need(2, 100_000, 11 * HOUR)
    assert prefer([with_hours, without], rate=RATE).order == (1, 2)


def test_of_mailings_that_have_as_much_to_spare_whoever_closes_first_is_first() -> None:
    needs = [need(1, 0, 9 * HOUR, closing=3 * HOUR), need(2, 0, 9 * HOUR, closing=HOUR)]
    assert prefer(needs, rate=RATE).order == (2, 1)


@pytest.mark.parametrize("needs", [[], [need(1, 10**6, 1.0)]])
def test_nobody_is_preferred_to_nobody(needs: list[Need]) -> None:
    assert prefer(needs, rate=RATE) == EQUAL


def test_nobody_is_preferred_while_the_rate_is_not_known() -> None:
    assert prefer([need(1, 10**6, 1.0), need(2, 1, HOUR)], rate=0.0) == EQUAL


def test_what_has_no_time_left_does_not_divide_by_it() -> None:
    assert prefer([need(1, 5, 0.0), need(2, 1, HOUR)], rate=RATE).order == (1, 2)


def test_a_part_of_a_message_is_rounded_by_lot() -> None:
    tight = prefer([need(1, 10**6, 1.0), need(2, 1, HOUR)], rate=RATE)
    assert [tight.equal_of(25, lot=lot) for lot in (0.0, 0.49, 0.51, 0.99)] == [0, 0, 1, 1]
    assert EQUAL.equal_of(25, lot=0.99) == 25
