"""A breaker opens at so many failures in a row, and only then."""

from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.breaker import ConsecutiveFailures


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 10))
def test_the_breaker_opens_exactly_at_the_limit_of_consecutive_failures(ends: list[bool], limit: int) -> None:
    count = ConsecutiveFailures(limit=limit)
    for number, failed in enumerate(ends, start=1):
        latest = ends[max(0, number - limit) : number]
        assert count.note(failed=failed) == (len(latest) == limit and all(latest))


@given(st.lists(st.booleans(), max_size=50))
def test_the_breaker_never_opens_with_a_limit_of_0(ends: list[bool]) -> None:
    count = ConsecutiveFailures(limit=0)
    assert not any(count.note(failed=failed) for failed in ends)


def test_the_breaker_counts_from_zero_after_a_reset() -> None:
    count = ConsecutiveFailures(limit=2)
    count.note(failed=True)
    count.reset()
    assert [count.note(failed=True) for _ in range(2)] == [False, True]
