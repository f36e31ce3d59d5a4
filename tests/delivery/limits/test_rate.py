"""No one-second window holds more requests than the limit, however late they start."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.rate import LATE_SECONDS, SPREAD, PermitPool, Permits


def pool(*reserved: Permits) -> PermitPool:
    made = PermitPool()
    for permits in reserved:
        made.add(permits)
    return made


def test_each_permit_is_given_once() -> None:
    made = pool(Permits(100.0, 0.1, 3))
    assert [made.take(now=100.0) for _ in range(4)] == [
        100.0,
        pytest.approx(100.1),
        pytest.approx(100.2),
        None,
    ]


def test_permits_continue_with_the_next_reservation() -> None:
    made = pool(Permits(100.0, 0.5, 1), Permits(107.0, 0.5, 1))
    assert [made.take(now=100.0) for _ in range(3)] == [100.0, 107.0, None]


def test_an_unused_permit_lapses() -> None:
    made = pool(Permits(100.0, 0.1, 2))
    assert made.left(now=100.0 + LATE_SECONDS + 0.001) == 1
    assert made.take(now=100.05) == 100.1


def test_an_empty_reservation_holds_no_permit() -> None:
    made = pool(Permits(0.0, 0.0, 0))
    assert (made.left(now=0.0), made.take(now=0.0)) == (0, None)


@given(
    st.floats(0.2, 2000),
    st.lists(st.tuples(st.floats(0, LATE_SECONDS), st.floats(0, 1)), min_size=1, max_size=300),
)
def test_no_second_has_more_starts_than_the_limit(limit: float, requests: list[tuple[float, float]]) -> None:
    """Of requests that start up to LATE_SECONDS after their permit, some permits being left out."""
    spacing = SPREAD / limit
    starts = [number * spacing + late for number, (late, lot) in enumerate(requests) if lot < 0.9]
    for first in starts:
        in_window = sum(first <= start < first + 1 for start in starts)
        assert in_window <= ceil(limit)
