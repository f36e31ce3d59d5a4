"""The quotas of all workers never exceed a gateway's max_concurrency, whoever asks when."""

from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.concurrency import concurrency_quota


def test_a_single_worker_has_the_whole_quota() -> None:
    assert concurrency_quota(limit=10, others=0, taken=0, under_way=0) == 10


def test_two_workers_get_half_the_limit_each() -> None:
    assert concurrency_quota(limit=10, others=1, taken=5, under_way=0) == 5


def test_a_new_worker_waits_until_other_workers_have_given_up_quota() -> None:
    assert concurrency_quota(limit=10, others=1, taken=10, under_way=0) == 0


def test_a_quota_is_never_below_the_requests_under_way() -> None:
    assert concurrency_quota(limit=10, others=1, taken=0, under_way=8) == 8


@given(st.integers(1, 40), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=60))
def test_quotas_never_exceed_the_limit(limit: int, asked: list[tuple[int, int]]) -> None:
    """Workers ask one after the other, each with as much under way as its last quota allowed at most."""
    quotas: dict[int, int] = {}
    for worker, busy in asked:
        others = {other: quota for other, quota in quotas.items() if other != worker}
        under_way = min(busy, quotas.get(worker, 0))
        quotas[worker] = concurrency_quota(
            limit=limit, others=len(others), taken=sum(others.values()), under_way=under_way
        )
        assert sum(quotas.values()) <= limit
