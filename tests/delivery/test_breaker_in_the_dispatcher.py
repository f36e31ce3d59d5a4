"""A gateway that answers nobody is left alone, and found again by a single message."""

import asyncio
from collections import Counter
from datetime import timedelta

import psycopg

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.models import Attempt, Gateway, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, always, drain
from tests.factories import make_message, make_messages, make_running_mailing, now
from tests.reasons import held_for, http_status

REFUSED = NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False)


def main() -> Gateway:
    return Gateway.objects.get(name="main")


def test_consecutive_failures_open_the_breaker(conninfo: str) -> None:
    make_messages(make_running_mailing(), 100)
    gateway = ScriptedGateway(always(REFUSED))
    drain(conninfo, gateway, max_concurrency=4, breaker_failures=10)
    assert 10 <= len(gateway.requests) < 20
    assert (main().breaker, main().held_why) == ("open", Why(Reason.CONNECTION_REFUSED))


def test_the_failures_that_open_the_breaker_are_charged_and_unrequested_messages_are_not(
    conninfo: str,
) -> None:
    make_messages(make_running_mailing(), 100)
    gateway = ScriptedGateway(always(Response(503, b"")))
    drain(conninfo, gateway, max_concurrency=4, breaker_failures=10)
    requested = set(gateway.asked)
    attempts = Counter(Message.objects.exclude(id__in=requested).values_list("status", "attempts"))
    assert attempts == {("pending", 0): 100 - len(requested)}
    assert Attempt.objects.count() == len(gateway.requests)


def test_an_open_breaker_costs_no_attempts(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now() + timedelta(minutes=1))
    gateway = ScriptedGateway()
    for _ in range(3):
        drain(conninfo, gateway)
    assert (gateway.asked, set(Message.objects.values_list("attempts", flat=True))) == ([], {0})


def test_a_failed_probe_leaves_the_breaker_open_for_another_interval(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now())
    gateway = ScriptedGateway(always(Response(500, b"")))
    for _ in range(2):
        drain(conninfo, gateway, probe_interval_seconds=60)
    assert len(gateway.requests) == 1
    assert (main().breaker, main().held_why) == ("open", http_status(500))


def test_the_breaker_is_half_open_while_a_probe_is_under_way(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now())
    seen: list[bool] = []

    async def look(request: Request) -> Response:
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            row = await other.execute("SELECT probing_since IS NOT NULL FROM mailings_gateway")
            seen.extend(await row.fetchone() or [])
        return TAKEN

    drain(conninfo, ScriptedGateway(look))
    assert seen[0]
    assert main().breaker == "closed"


def test_refused_messages_do_not_open_the_breaker(conninfo: str) -> None:
    make_messages(make_running_mailing(), 50)
    drain(conninfo, ScriptedGateway(always(Response(400, b""))), breaker_failures=5)
    assert main().breaker == "closed"
    assert Message.objects.filter(status="failed").count() == 50


def test_a_probe_with_nothing_to_send_leaves_the_breaker_open(conninfo: str) -> None:
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now())
    drain(conninfo, ScriptedGateway())
    assert main().breaker == "open"


def test_a_probe_that_hangs_keeps_no_other_from_asking(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now())
    others_are_sent = asyncio.Event()

    async def hang_first(request: Request) -> Response | NoResponse:
        if len(gateway.requests) > 1:
            if len(gateway.requests) == 20:
                others_are_sent.set()
            return TAKEN
        await others_are_sent.wait()
        return NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)

    gateway = ScriptedGateway(hang_first)
    drain(conninfo, gateway, probe_interval_seconds=0.05, retry_base_seconds=1e7, retry_cap_seconds=1e7)
    assert len(gateway.requests) == 20
    assert main().breaker == "closed"  # the first probe's end is one failure, no more
    assert Message.objects.filter(status="sent").count() == 19


def test_probes_that_hang_keep_to_the_limit_of_the_gateway(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(503)), probe_at=now(), max_concurrency=1)

    async def hang_first(request: Request) -> Response | NoResponse:
        if len(gateway.requests) > 1:
            return TAKEN
        for _ in range(20):  # many intervals of probes
            await gateway.next_sync()
        return NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)

    gateway = ScriptedGateway(hang_first)
    drain(conninfo, gateway, probe_interval_seconds=0.01)
    assert gateway.most_under_way == 1


def test_messages_that_failed_before_open_no_breaker(conninfo: str) -> None:
    make_messages(make_running_mailing(), 60, **http_status(500).columns, attempts=1)
    gateway = ScriptedGateway(always(Response(500, b"")))
    drain(conninfo, gateway, breaker_failures=5, retry_base_seconds=1e7, retry_cap_seconds=1e7)
    assert (len(gateway.requests), main().breaker) == (60, "closed")


def test_a_gateway_that_cannot_be_reached_is_held_whatever_failed_before(conninfo: str) -> None:
    make_messages(make_running_mailing(), 60, **http_status(500).columns, attempts=1)
    drain(conninfo, ScriptedGateway(always(REFUSED)), max_concurrency=4, breaker_failures=5)
    assert main().breaker == "open"


def test_a_message_that_alone_is_not_let_in_holds_the_gateway_once(conninfo: str) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 20)
    shut_out = make_message(mailing)

    async def script(request: Request) -> Response:
        return Response(403, b"") if request.message_id == shut_out.id else TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    assert main().breaker == "open"
    make_messages(mailing, 5)
    Gateway.objects.update(probe_at=now())
    drain(conninfo, gateway, max_concurrency=1, retry_base_seconds=1e7, retry_cap_seconds=1e7)
    assert main().breaker == "closed"
    assert Message.objects.filter(status="sent").count() == 25
    shut_out.refresh_from_db()
    assert (shut_out.status, shut_out.attempts) == ("pending", 1)


def test_a_gateway_that_asks_to_be_left_alone_is_held_for_as_long(conninfo: str) -> None:
    make_messages(make_running_mailing(), 100)
    asks = Response(429, b"", "120")
    drain(conninfo, ScriptedGateway(always(asks)), max_concurrency=4, breaker_failures=10)
    gateway = main()
    assert gateway.probe_at is not None
    assert gateway.held_at is not None
    assert gateway.probe_at - gateway.held_at == timedelta(seconds=120)
