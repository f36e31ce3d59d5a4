"""A breaker opens on a run of trouble that has nothing to do with single messages, and only then."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.breaker import (
    LONGER,
    MOST_WAIT_SECONDS,
    SUSPICIOUS_SECONDS,
    Breaker,
)


def note(
    breaker: Breaker,
    *,
    times: int = 1,
    at: float = 0.0,
    has_failed: bool = False,
    is_unreached: bool = False,
    asked: float = 0.0,
) -> bool:
    """Whether any of so many requests in trouble opens it."""
    opened = [
        breaker.note_trouble(
            now=at, seconds=0, has_failed=has_failed, is_unreached=is_unreached, asked_seconds=asked
        )
        for _ in range(times)
    ]
    return any(opened)


@given(st.integers(1, 30))
def test_the_breaker_opens_at_so_many_that_the_gateway_cannot_have_seen(limit: int) -> None:
    breaker = Breaker(limit=limit)
    assert not note(breaker, times=limit - 1, is_unreached=True, has_failed=True)
    assert note(breaker, is_unreached=True, has_failed=True)


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
        breaker.note_trouble(now=10, seconds=10, has_failed=False, is_unreached=False) for _ in range(20)
    ]
    assert ended == [False] * 19 + [True]


@given(st.lists(st.booleans(), max_size=50))
def test_the_breaker_never_opens_with_a_limit_of_0(ends: list[bool]) -> None:
    breaker = Breaker(limit=0)
    assert not any(note(breaker, has_failed=end, at=100, is_unreached=end) for end in ends)


def test_trouble_of_messages_that_failed_before_never_opens_the_breaker() -> None:
    breaker = Breaker(limit=2)
    assert not any(note(breaker, has_failed=True, at=at) for at in range(1000))


def test_a_sign_of_life_begins_the_count_anew() -> None:
    breaker = Breaker(limit=4)
    note(breaker)
    breaker.note_life(now=10)
    assert not note(breaker, times=3, at=20)
    assert note(breaker, at=30)


def test_a_reset_begins_the_count_anew() -> None:
    breaker = Breaker(limit=2)
    note(breaker)
    breaker.reset(now=10)
    assert [note(breaker, at=10), note(breaker, at=20)] == [False, True]


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
