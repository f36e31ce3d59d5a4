"""Claims are few and large, and cover a quarter of a second of sending."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.limits import claim_size
from notification_service.delivery.limits.claim_size import ClaimSizer


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@contextmanager
def clock_by_hand() -> Iterator[Clock]:
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claim_size, "time", clock)
        yield clock


@pytest.fixture
def clock() -> Iterator[Clock]:
    with clock_by_hand() as clock:
        yield clock


def make_sizer(*, batch_size: int = 1000, max_concurrency: int = 64) -> ClaimSizer:
    return ClaimSizer(DeliveryConfig(batch_size=batch_size, max_concurrency=max_concurrency))


def send_for(sizer: ClaimSizer, clock: Clock, *, seconds: float, a_second: int) -> None:
    """Let the sizer see that many sends a second over 64 busy connections, looking at it every 50 ms."""
    for _ in range(round(seconds / 0.05)):
        clock.seconds += 0.05
        for _ in range(round(a_second * 0.05)):
            sizer.note_response(64 / a_second)
        sizer.size(under_way=0, concurrency=64)


def test_a_first_claim_takes_a_message_for_each_connection(clock: Clock) -> None:
    assert make_sizer(max_concurrency=64).size(under_way=0, concurrency=64) == 64


def test_a_claim_takes_nothing_while_every_connection_has_a_message(clock: Clock) -> None:
    assert make_sizer(max_concurrency=64).size(under_way=64, concurrency=64) == 0


def test_a_claim_covers_a_quarter_of_a_second_of_sending(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    send_for(sizer, clock, seconds=5, a_second=2000)
    assert sizer.size(under_way=0, concurrency=64) == pytest.approx(500 + 64, abs=2)


def test_a_claim_takes_nothing_while_an_eighth_of_a_second_is_covered(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    send_for(sizer, clock, seconds=5, a_second=2000)
    sizes = {
        under_way: sizer.size(under_way=under_way, concurrency=64) for under_way in (320, 400, 564, 5000)
    }
    assert sizes == {320: 0, 400: 0, 564: 0, 5000: 0}


def test_a_claim_takes_less_when_the_gateway_slows_down(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    send_for(sizer, clock, seconds=5, a_second=2000)
    send_for(sizer, clock, seconds=5, a_second=0)
    assert sizer.size(under_way=0, concurrency=64) == 64


def test_a_slow_gateway_gets_one_message_for_each_free_connection(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    send_for(sizer, clock, seconds=5, a_second=0)
    assert sizer.size(under_way=63, concurrency=64) == 1


def test_a_second_claim_covers_what_quick_responses_let_the_connections_send(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    for _ in range(64):
        sizer.note_response(0.032)
    clock.seconds += 0.032
    assert sizer.size(under_way=0, concurrency=64) == pytest.approx(500 + 64, abs=2)


def test_a_claim_goes_by_what_was_sent_while_no_connection_waits(clock: Clock) -> None:
    sizer = make_sizer(max_concurrency=64)
    for _ in range(64):
        sizer.note_response(0.001)
    assert sizer.size(under_way=64, concurrency=64) == 0


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 1), st.integers(0, 5000)), max_size=30),
    st.integers(1, 3000),
    st.integers(1, 2000),
)
def test_a_claim_never_takes_more_than_a_batch(
    steps: list[tuple[int, float, int]], batch_size: int, max_concurrency: int
) -> None:
    with clock_by_hand() as clock:
        sizer = make_sizer(batch_size=batch_size, max_concurrency=max_concurrency)
        for sends, seconds, under_way in steps:
            for _ in range(sends):
                sizer.note_response(seconds)
            clock.seconds += seconds
            assert 0 <= sizer.size(under_way=under_way, concurrency=max_concurrency) <= batch_size


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_a_claim_takes_something_while_nothing_is_under_way(a_second: int, max_concurrency: int) -> None:
    with clock_by_hand() as clock:
        sizer = make_sizer(max_concurrency=max_concurrency)
        send_for(sizer, clock, seconds=0.5, a_second=a_second)
        assert sizer.size(under_way=0, concurrency=max_concurrency) > 0
