"""A request that hangs gives up its place to others, within bounds, and not where the gateway hangs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.stragglers import (
    ANSWERING_SECONDS,
    MANY,
    MOST,
    STRAGGLER_SECONDS,
    TIMES,
    TIMES_LONGER,
    Stragglers,
    kept_for_others,
)

NOW = 100.0
LONG_AGO = 50.0


def begun(*times: float, mailing: int = 1, has_hung: bool = False) -> Stragglers:
    stragglers = Stragglers()
    begin(stragglers, *times, mailing=mailing, has_hung=has_hung)
    return stragglers


def begin(stragglers: Stragglers, *times: float, mailing: int = 1, has_hung: bool = False) -> None:
    for message_id, at in enumerate(times, start=1000 * mailing):
        stragglers.begin(message_id, mailing, now=at, has_hung=has_hung)


def allowed(
    stragglers: Stragglers,
    *,
    lived_at: float = NOW,
    latency: float = 0.01,
    limit: int = 16,
    full: int = 16,
    has_quota: bool = False,
) -> int:
    return stragglers.allowed(
        now=NOW, lived_at=lived_at, latency=latency, limit=limit, full=full, has_quota=has_quota
    )


def test_without_requests_under_way_the_limit_is_allowed() -> None:
    assert allowed(Stragglers()) == 16


def test_a_straggler_gives_up_its_place() -> None:
    assert allowed(begun(LONG_AGO, LONG_AGO, NOW)) == 18


def test_a_request_that_has_ended_is_no_straggler() -> None:
    stragglers = begun(LONG_AGO, LONG_AGO)
    stragglers.end(1000)
    assert allowed(stragglers) == 17


@pytest.mark.parametrize(
    ("latency", "seconds"), [(0.0, STRAGGLER_SECONDS), (0.01, STRAGGLER_SECONDS), (1.0, TIMES_LONGER * 1.0)]
)
def test_a_straggler_is_several_times_as_long_under_way_as_others(latency: float, seconds: float) -> None:
    at = NOW - 2 * seconds  # nothing began of late, so nothing more is expected
    assert allowed(begun(at - 0.01), latency=latency) == 17
    assert allowed(begun(NOW - seconds + 0.01), latency=latency) == 16


def test_as_many_more_are_expected_among_the_latest_as_there_were_before_them() -> None:
    before = NOW - 1.5 * STRAGGLER_SECONDS
    assert allowed(begun(LONG_AGO, before, before, NOW)) == 16 + 3 + 2


def test_while_nobody_is_answered_one_at_a_time_may_show_whether_anybody_is() -> None:
    hanging = begun(*[LONG_AGO] * 20)
    assert allowed(hanging, lived_at=NOW - ANSWERING_SECONDS - 0.01) == 21


def test_fewer_than_the_limit_are_no_sign_that_nobody_is_answered() -> None:
    assert allowed(begun(LONG_AGO), lived_at=LONG_AGO) == 16


@pytest.mark.parametrize(
    ("full", "most"), [(1, 1 + TIMES), (16, 16 * (1 + TIMES)), (64, 64 * (1 + TIMES)), (1000, 1000 + MOST)]
)
def test_places_are_bounded(full: int, most: int) -> None:
    assert most <= full + MOST
    assert allowed(begun(*[LONG_AGO] * 5000), limit=full, full=full) == most


def test_a_process_that_may_open_few_files_has_fewer_places() -> None:
    stragglers = Stragglers(most=100)
    begin(stragglers, *[LONG_AGO] * 5000)
    assert allowed(stragglers) == 116


@given(st.lists(st.tuples(st.floats(0, NOW), st.booleans()), max_size=50), st.integers(0, 16))
def test_a_limit_of_the_gateway_s_own_is_never_exceeded(requests: list[Any], limit: int) -> None:
    stragglers = Stragglers()
    for number, (at, has_hung) in enumerate(sorted(requests)):
        stragglers.begin(number, 1, now=at, has_hung=has_hung)
    assert limit <= allowed(stragglers, limit=limit, has_quota=True) <= 16


def test_a_mailing_of_many_stragglers_is_slow_once_places_are_scarce() -> None:
    stragglers = begun(*[LONG_AGO] * 400)
    begin(stragglers, *[LONG_AGO] * (kept_for_others(16) - 1), mailing=2)
    allowed(stragglers)
    assert stragglers.slow_mailings == []
    begin(stragglers, *[LONG_AGO] * 600)
    allowed(stragglers)
    assert stragglers.slow_mailings == [1]


def test_where_the_gateway_has_a_limit_each_straggler_makes_places_scarce() -> None:
    stragglers = begun(*[LONG_AGO] * kept_for_others(16))
    assert allowed(stragglers, has_quota=True) == 16
    assert stragglers.slow_mailings == [1]


def test_what_has_hung_before_takes_no_place_from_others_and_makes_no_mailing_slow() -> None:
    stragglers = begun(*[NOW] * 30, has_hung=True)
    assert allowed(stragglers, lived_at=LONG_AGO) == 16 + 30
    assert stragglers.slow_mailings == []
    stragglers.end(1000)
    assert allowed(stragglers, lived_at=LONG_AGO) == 16 + 29


@pytest.mark.parametrize(
    ("limit", "has_quota", "most"),
    [(16, False, 16 * (1 + TIMES) // MANY), (1, False, (1 + TIMES) // MANY), (16, True, 4), (1, True, 1)],
)
def test_what_has_hung_before_has_a_part_of_the_places(limit: int, has_quota: bool, most: int) -> None:
    stragglers = Stragglers()
    allowed(stragglers, limit=limit, has_quota=has_quota)
    assert stragglers.most_hung == most
