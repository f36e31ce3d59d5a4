"""Limits hold over all workers: permits and quotas are handed out by the database, once."""

import asyncio
import time
from itertools import pairwise

from notification_service.delivery.claim import Claimer
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateway_row import GatewayRow, Usage
from notification_service.delivery.limits.rate import HORIZON_SECONDS, SPREAD, Permits
from notification_service.delivery.outcome import Response
from notification_service.mailings.models import Gateway, GatewayUse, Message
from tests.delivery.database import config, on_row, open_database
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.factories import make_messages, make_running_mailing, now


def limit(**fields: float) -> None:
    Gateway.objects.filter(name="main").update(**fields)


def times(reserved: list[Permits]) -> list[float]:
    return sorted(
        permits.first_at + number * permits.spacing for permits in reserved for number in range(permits.count)
    )


def usage(**changes: float | None) -> Usage:
    values = {"limit": 10, "under_way": 0, "concurrency": 8, "full_concurrency": 8}
    return Usage(**{"latency_ms": 100, "lease_seconds": 10, **values, **changes})  # type: ignore[arg-type]


# requests per second


def test_no_permit_is_reserved_twice(conninfo: str) -> None:
    limit(max_requests_per_second=200)

    async def reserve(row: GatewayRow) -> list[Permits]:
        return [await row.take_permits(3) for _ in range(8)]

    async def by_four() -> list[Permits]:
        return [r for taken in await asyncio.gather(*(run() for _ in range(4))) for r in taken]

    async def run() -> list[Permits]:
        async with open_database(conninfo) as database:
            return await reserve(GatewayRow(database, config()))

    reserved = asyncio.run(by_four())
    taken = times(reserved)
    assert len(taken) > 20
    assert min(later - earlier for earlier, later in pairwise(taken)) > SPREAD / 200 - 0.0001


def test_permits_are_reserved_no_further_ahead_than_the_horizon(conninfo: str) -> None:
    limit(max_requests_per_second=100)
    for _ in range(2):
        reserved = on_row(conninfo, lambda row: row.take_permits(1000))
        assert reserved.count < 1000
        assert max(times([reserved]), default=0) <= time.time() + HORIZON_SECONDS


def test_a_slow_limit_gives_one_permit_at_a_time(conninfo: str) -> None:
    limit(max_requests_per_second=0.01)
    taken = [on_row(conninfo, lambda row: row.take_permits(5)).count for _ in range(3)]
    assert taken == [1, 0, 0]


def test_a_raised_limit_is_followed_at_once(conninfo: str) -> None:
    Gateway.objects.update(max_requests_per_second=0.02)
    [old] = [on_row(conninfo, lambda row: row.take_permits(5))]
    Gateway.objects.update(max_requests_per_second=200)

    async def wait_for_permits(row: GatewayRow) -> tuple[float, Permits]:
        snapshot = await row.snapshot()
        assert snapshot is not None
        began = time.monotonic() + snapshot.database_ahead
        while not (permits := await row.take_permits(5)).count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return began, permits

    began, permits = on_row(conninfo, wait_for_permits)
    assert permits.first_at >= old.first_at + permits.spacing  # no window holds more than the new limit
    assert permits.first_at <= began + 10  # at once, on a busy machine; it was 49 s


def test_a_gateway_without_a_limit_has_no_permits(conninfo: str) -> None:
    assert on_row(conninfo, lambda row: row.take_permits(5)).count == 0


def test_requests_start_at_the_pace_of_the_limit(conninfo: str) -> None:
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


def test_a_message_released_unsent_leaves_its_permit_to_the_next_message(conninfo: str) -> None:
    limit(max_requests_per_second=20)
    make_messages(make_running_mailing(), 10)

    async def lose_the_quota_once(dispatcher: Dispatcher) -> None:
        lane = dispatcher.lane
        await lane.shared.sync(under_way=0)
        dispatcher.deliveries.take(await Claimer(lane).claim(10))
        lane.concurrency.adjust(now=0, full=0)
        dispatcher.deliveries.start()
        await dispatcher.drain()  # records that they are released
        await dispatcher.drain()

    drain(conninfo, ScriptedGateway(), lose_the_quota_once)
    assert Message.objects.filter(status="sent").count() == 10


# concurrency


def test_a_gateway_without_a_limit_has_no_quota(conninfo: str) -> None:
    assert on_row(conninfo, lambda row: row.report(usage(limit=None))).quota is None
    assert GatewayUse.objects.get().quota is None


def test_workers_divide_the_concurrency_of_a_gateway(conninfo: str) -> None:
    limit(max_concurrency=10)
    quotas = [ask(conninfo, worker) for worker in ("a", "b", "a", "b", "a")]
    assert quotas == [10, 0, 5, 5, 5]


def test_a_quota_is_free_again_once_its_lease_has_ended(conninfo: str) -> None:
    limit(max_concurrency=10)
    assert ask(conninfo, "a") == 10
    GatewayUse.objects.update(lease_expires_at=now())
    assert ask(conninfo, "b") == 10


def test_workers_that_ask_concurrently_get_no_more_than_the_limit(conninfo: str) -> None:
    limit(max_concurrency=7)

    async def all_at_once() -> None:
        await asyncio.gather(*(ask_some(conninfo, f"worker {number}") for number in range(6)))

    asyncio.run(all_at_once())
    assert 0 < sum(quota or 0 for quota in GatewayUse.objects.values_list("quota", flat=True)) <= 7


async def ask_some(conninfo: str, worker: str) -> None:
    async with open_database(conninfo, worker=worker) as database:
        for _ in range(5):
            await GatewayRow(database, config()).report(usage(limit=7))


def ask(conninfo: str, worker: str) -> int | None:
    return on_row(conninfo, lambda row: row.report(usage()), worker=worker).quota


def test_workers_together_keep_to_the_concurrency_of_a_gateway(conninfo: str) -> None:
    limit(max_concurrency=3)
    make_messages(make_running_mailing(), 60)

    async def slowly(request: object) -> object:
        await asyncio.sleep(0.01)
        return TAKEN

    gateway = ScriptedGateway(slowly)  # type: ignore[arg-type]

    async def two(_: object) -> None:
        await asyncio.gather(
            *(asyncio.to_thread(drain, conninfo, gateway, worker=name) for name in ("a", "b"))
        )

    drain(conninfo, gateway, two)
    assert gateway.most_under_way <= 3
    drain(conninfo, gateway)
    assert Message.objects.filter(status="sent").count() == 60


def test_an_idle_worker_holds_no_quota(conninfo: str) -> None:
    limit(max_concurrency=3)
    make_messages(make_running_mailing(), 3)
    drain(conninfo, ScriptedGateway())
    assert GatewayUse.objects.filter(lease_expires_at__gt=now()).count() == 0


def test_a_gateway_of_one_request_at_a_time_is_drained_though_one_takes_its_time(conninfo: str) -> None:
    limit(max_concurrency=1)
    make_messages(make_running_mailing(), 3)

    async def drain_slowly(dispatcher: Dispatcher) -> None:
        dispatchers.append(dispatcher)
        await dispatcher.drain()

    async def straggle_first(request: Request) -> Response:
        is_first = len(gateway.requests) == 1
        while is_first and not dispatchers[0].lane.stragglers.slow_mailings:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)
        return TAKEN

    dispatchers: list[Dispatcher] = []
    gateway = ScriptedGateway(straggle_first)
    drain(conninfo, gateway, drain_slowly, max_concurrency=8)
    assert (len(gateway.requests), gateway.most_under_way) == (3, 1)


def test_a_worker_is_told_how_many_messages_a_second_all_others_can_send(conninfo: str) -> None:
    def told(worker: str, **measured: float) -> float:
        report = usage(limit=None, **measured)
        return on_row(conninfo, lambda row: row.report(report), worker=worker).others_per_second

    assert told("a", concurrency=4, latency_ms=100) == 0
    assert told("b", concurrency=4, latency_ms=100, most_per_second=30) == 40
    assert told("c") == 70
    GatewayUse.objects.filter(worker="a").update(lease_expires_at=now())
    assert told("c") == 30
    Gateway.objects.update(updated_at=now())  # what was measured before says nothing of it now
    assert told("c") == 40
