"""A breaker opens on a run of trouble that has nothing to do with single messages, and only then."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.breaker import (
    LONGER,
    MOST_HELD,
    MOST_WAIT_SECONDS,
    SUSPICIOUS_SECONDS,
    USUAL_RUNS,
    Breaker,
)


def note(
    breaker: Breaker,
    *,
    times: int = 1,
    at: float = 0.0,
    may_be_own: bool = False,
    is_unreached: bool = False,
    asked: float = 0.0,
) -> bool:
    """Whether any of so many requests in trouble opens it."""
    opened = [
        breaker.note_trouble(
            now=at, seconds=0, may_be_own=may_be_own, is_unreached=is_unreached, asked_seconds=asked
        )
        for _ in range(times)
    ]
    return any(opened)


@given(st.integers(1, 30))
def test_the_breaker_opens_at_so_many_that_the_gateway_cannot_have_seen(limit: int) -> None:
    breaker = Breaker(limit=limit)
    assert not note(breaker, times=limit - 1, is_unreached=True, may_be_own=True)
    assert note(breaker, is_unreached=True, may_be_own=True)


@given(st.integers(1, 30))
def test_the_breaker_opens_at_so_many_first_attempts_in_a_row_once_they_take_their_time(limit: int) -> None:
    breaker = Breaker(limit=limit)
    assert not note(breaker, times=limit)
    assert note(breaker, at=SUSPICIOUS_SECONDS)


@given(st.integers(1, 30))
def test_the_breaker_opens_at_several_times_as_many_in_a_moment(limit: int) -> None:
    breaker = Breaker(limit=limit)
    assert not note(breaker, times=LONGER * limit - 1)
    assert note(breaker)


def test_a_gateway_that_hangs_is_known_from_the_first_requests_that_ran_out_of_time() -> None:
    breaker = Breaker(limit=20)
    ended = [
        breaker.note_trouble(now=10, seconds=10, may_be_own=False, is_unreached=False) for _ in range(20)
    ]
    assert ended == [False] * 19 + [True]


@given(st.lists(st.booleans(), max_size=50))
def test_the_breaker_never_opens_with_a_limit_of_0(ends: list[bool]) -> None:
    breaker = Breaker(limit=0)
    assert not any(note(breaker, may_be_own=end, at=100, is_unreached=end) for end in ends)


def test_trouble_of_messages_that_failed_before_never_opens_the_breaker() -> None:
    breaker = Breaker(limit=2)
    assert not any(note(breaker, may_be_own=True, at=at) for at in range(1000))


def test_a_sign_of_life_begins_the_count_anew() -> None:
    breaker = Breaker(limit=4)
    note(breaker)
    breaker.note_life(now=10)
    assert not note(breaker, times=3, at=20)
    assert note(breaker, at=30)


def test_what_opened_the_breaker_is_usual_once_a_probe_shows_life() -> None:
    breaker = Breaker(limit=20)
    assert note(breaker, times=20 * LONGER)
    breaker.hold(now=0)
    for _ in range(20):
        breaker.note_probe()
    breaker.note_life(now=100)
    assert not note(breaker, times=1000, at=101)


def test_what_opened_the_breaker_is_usual_once_others_have_closed_it() -> None:
    breaker = Breaker(limit=20)
    note(breaker, times=60)
    breaker.hold(now=0)
    breaker.release(now=100)
    assert not note(breaker, times=500, at=101)


def test_what_opened_the_breaker_is_forgotten_after_as_many_signs_of_life() -> None:
    breaker = Breaker(limit=20)
    note(breaker, times=20 * LONGER)
    breaker.hold(now=0)
    for _ in range(80):
        breaker.note_life(now=100)
    assert not note(breaker, times=19, at=110)
    assert note(breaker, at=120)


def test_what_opened_the_breaker_makes_it_no_more_than_so_tolerant() -> None:
    breaker = Breaker(limit=20)
    note(breaker, times=100_000)
    breaker.hold(now=0)
    breaker.note_life(now=100)
    note(breaker, at=110)
    assert note(breaker, times=20 * MOST_HELD * 20, at=120)


def test_a_limit_that_the_gateway_told_of_is_no_poison_to_get_used_to() -> None:
    breaker = Breaker(limit=20)
    note(breaker, times=20 * LONGER, asked=30)
    breaker.hold(now=0)
    breaker.note_life(now=100)
    assert not note(breaker, times=19, at=110)
    assert note(breaker, at=120)


def test_an_open_breaker_that_is_looked_at_again_and_again_stays_as_it_is() -> None:
    breaker = Breaker(limit=2)
    note(breaker, times=8)
    for _ in range(10):
        breaker.hold(now=10)
    breaker.release(now=20)
    breaker.release(now=20)
    usual = int(2 * USUAL_RUNS * (1 + 8))
    assert not note(breaker, times=usual, at=30)
    assert note(breaker, at=40)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_a_share_of_trouble_that_has_become_usual_opens_nothing(share: float) -> None:
    breaker, random = Breaker(limit=20), Random(1)
    for failures in range(1, int(3 / (1 - share)), 3):  # it grows
        note(breaker, times=failures)
        breaker.note_life(now=0)
    opened = 0
    for _ in range(20_000):
        if random.random() < share:
            opened += note(breaker)
        else:
            breaker.note_life(now=0)
    assert opened == 0


def test_what_was_usual_is_forgotten() -> None:
    breaker = Breaker(limit=20)
    for _ in range(20):
        note(breaker, times=19)
        breaker.note_life(now=0)
    assert not note(breaker, times=100, at=100)
    for _ in range(300):
        breaker.note_life(now=100)
    assert not note(breaker, times=19, at=200)
    assert note(breaker, at=210)


def test_a_gateway_is_left_alone_for_as_long_as_most_of_a_run_asked_and_no_longer_than_the_least() -> None:
    breaker = Breaker(limit=20)
    note(breaker, asked=30)
    note(breaker, asked=1e9)
    note(breaker)
    assert breaker.wait_seconds == 30
    note(breaker, times=2)
    assert breaker.wait_seconds == 0


def test_a_gateway_is_left_alone_no_longer_than_the_cap() -> None:
    breaker = Breaker(limit=20)
    note(breaker, asked=1e9)
    assert breaker.wait_seconds == MOST_WAIT_SECONDS
