"""Limits hold over all workers: moments and shares are handed out by the database, once."""

import asyncio
from itertools import pairwise

from notification_service.delivery.limits.rate import HORIZON_SECONDS, SPREAD, Reserved
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Use
from notification_service.mailings.models import Gateway, GatewayUse, Message
from tests.delivery.queues import on_queue, open_queue
from tests.delivery.scripted_gateway import TAKEN, ScriptedGateway, drain
from tests.factories import make_messages, make_running_mailing, now


def limit(**fields: float) -> None:
    Gateway.objects.filter(name="main").update(**fields)


def moments(reservations: list[Reserved]) -> list[float]:
    return sorted(
        reserved.first_at + number * reserved.spacing
        for reserved in reservations
        for number in range(reserved.count)
    )


def use(**changes: float | None) -> Use:
    values = {"limit": 10, "under_way": 0, "concurrency": 8, "full_concurrency": 8}
    return Use(**{"latency_seconds": 0.1, "lease_seconds": 10, **values, **changes})  # type: ignore[arg-type]


# requests per second


def test_no_moment_is_reserved_twice(conninfo: str) -> None:
    limit(max_requests_per_second=200)

    async def reserve(queue: MessageQueue) -> list[Reserved]:
        return [await queue.take_permits(3) for _ in range(8)]

    async def by_four() -> list[Reserved]:
        return [r for taken in await asyncio.gather(*(run() for _ in range(4))) for r in taken]

    async def run() -> list[Reserved]:
        async with open_queue(conninfo) as queue:
            return await reserve(queue)

    reserved = asyncio.run(by_four())
    taken = moments(reserved)
    assert len(taken) > 20
    assert min(later - earlier for earlier, later in pairwise(taken)) > SPREAD / 200 - 0.0001


def test_reserves_no_further_ahead_than_the_horizon(conninfo: str) -> None:
    limit(max_requests_per_second=100)
    reserved = on_queue(conninfo, lambda queue: queue.take_permits(1000))
    assert reserved.count <= HORIZON_SECONDS * 100 + 1
    assert on_queue(conninfo, lambda queue: queue.take_permits(1000)).count <= 20


def test_a_slow_limit_gives_one_moment_at_a_time(conninfo: str) -> None:
    limit(max_requests_per_second=0.01)
    taken = [on_queue(conninfo, lambda queue: queue.take_permits(5)).count for _ in range(3)]
    assert taken == [1, 0, 0]


def test_a_gateway_without_a_limit_has_no_moments(conninfo: str) -> None:
    assert on_queue(conninfo, lambda queue: queue.take_permits(5)).count == 0


def test_requests_start_at_the_limits_pace(conninfo: str) -> None:
    limit(max_requests_per_second=50)
    make_messages(make_running_mailing(), 80)
    gateway = ScriptedGateway()

    async def two(_: object) -> None:
        await asyncio.gather(
            asyncio.to_thread(drain, conninfo, gateway), asyncio.to_thread(drain, conninfo, gateway)
        )

    drain(conninfo, gateway, two)
    starts = sorted(request.at for request in gateway.requests)
    assert len(starts) == 80
    busiest = max(sum(first <= start < first + 1 for start in starts) for first in starts)
    assert 30 < busiest <= 50


# concurrency


def test_the_share_of_a_gateway_without_a_limit_is_none(conninfo: str) -> None:
    assert on_queue(conninfo, lambda queue: queue.use_gateway(use(limit=None))) is None
    assert GatewayUse.objects.get().share is None


def test_workers_share_what_a_gateway_takes_at_once(conninfo: str) -> None:
    limit(max_concurrency=10)
    shares = [ask(conninfo, worker) for worker in ("a", "b", "a", "b", "a")]
    assert shares == [10, 0, 5, 5, 5]


def test_a_share_is_free_again_once_its_lease_has_ended(conninfo: str) -> None:
    limit(max_concurrency=10)
    assert ask(conninfo, "a") == 10
    GatewayUse.objects.update(lease_expires_at=now())
    assert ask(conninfo, "b") == 10


def test_workers_that_ask_at_once_get_no_more_than_the_limit(conninfo: str) -> None:
    limit(max_concurrency=7)

    async def all_at_once() -> None:
        await asyncio.gather(*(ask_some(conninfo, f"worker {number}") for number in range(6)))

    asyncio.run(all_at_once())
    assert 0 < sum(share or 0 for share in GatewayUse.objects.values_list("share", flat=True)) <= 7


async def ask_some(conninfo: str, worker: str) -> None:
    async with open_queue(conninfo, claimed_by=worker) as queue:
        for _ in range(5):
            await queue.use_gateway(use(limit=7))


def ask(conninfo: str, worker: str) -> int | None:
    return on_queue(conninfo, lambda queue: queue.use_gateway(use()), claimed_by=worker)


def test_no_more_requests_are_under_way_than_the_gateway_takes(conninfo: str) -> None:
    limit(max_concurrency=3)
    make_messages(make_running_mailing(), 60)

    async def slowly(request: object) -> object:
        await asyncio.sleep(0.01)
        return TAKEN

    gateway = ScriptedGateway(slowly)  # type: ignore[arg-type]

    async def two(_: object) -> None:
        await asyncio.gather(
            *(asyncio.to_thread(drain, conninfo, gateway, claimed_by=name) for name in ("a", "b"))
        )

    drain(conninfo, gateway, two)
    assert gateway.most_under_way <= 3
    drain(conninfo, gateway)
    assert Message.objects.filter(status="sent").count() == 60


def test_a_worker_at_rest_holds_no_share(conninfo: str) -> None:
    limit(max_concurrency=3)
    make_messages(make_running_mailing(), 3)
    drain(conninfo, ScriptedGateway())
    assert GatewayUse.objects.filter(lease_expires_at__gt=now()).count() == 0
