"""Single messages: they go first, once, in time, and to whom they may."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connection

from notification_service.delivery.claim import take_singles
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.directory.models import Client
from notification_service.mailings.models import Attempt, Batch, Gateway, Message, SingleMessage
from notification_service.mailings.preference_changes import opt_out as say_no
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import claim, config, end_leases, ids, on_database, rescue_all
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.factories import (
    make_client,
    make_gateway,
    make_message,
    make_messages,
    make_running_mailing,
    make_single,
    now,
    opt_out,
)

PHONE = "79161234567"

Result = TypeVar("Result")


def claim_singles(
    conninfo: str, limit: int = 100, *, gateway: str = "main", is_probe: bool = False
) -> tuple[list[Claimed], dict[int, MailingTerms]]:
    return on_database(
        conninfo,
        lambda database: take_singles(database, config(), limit, is_probe=is_probe),
        gateway=gateway,
    )


async def elsewhere(call: Callable[[], Result]) -> Result:
    """On another connection, while requests are under way."""

    def run() -> Result:
        try:
            return call()
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def ended(message: Message) -> tuple[str, Why | None]:
    message.refresh_from_db()
    return message.status, message.why


def test_a_message_to_a_phone_of_no_client_is_sent(conninfo: str) -> None:
    message = make_single(phone=PHONE, text="Your code: 4711")
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    [request] = gateway.requests
    assert (request.message_id, request.phone, request.text) == (message.pk, PHONE, "Your code: 4711")
    assert (ended(message), Batch.objects.count()) == (("sent", None), 0)


def test_a_message_goes_to_the_phone_that_its_client_has_now_with_the_clients_values(conninfo: str) -> None:
    client = make_client(attributes={"name": "Anna"})
    make_single(client=client, text="Hello {{name}}")
    Client.objects.filter(pk=client.pk).update(phone=PHONE)
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    [request] = gateway.requests
    assert (request.phone, request.text) == (PHONE, "Hello Anna")


def test_they_go_before_the_messages_of_mailings(conninfo: str) -> None:
    mailed = make_messages(make_running_mailing(), 20)
    singles = [make_single() for _ in range(3)]
    gateway = ScriptedGateway()
    drain(conninfo, gateway, max_concurrency=1)
    assert gateway.asked == ids([*mailed, *singles])
    assert sorted(request.message_id for request in gateway.requests[:3]) == ids(singles)


def test_there_is_room_for_them_beside_a_mailing_that_has_all_connections(conninfo: str) -> None:
    make_messages(make_running_mailing(), 4)
    arrived, answer = asyncio.Event(), asyncio.Event()
    singles: list[Message] = []

    async def hang(request: Request) -> Response:
        if singles and request.message_id == singles[0].pk:
            answer.set()
            return TAKEN
        if gateway.under_way == 2:
            arrived.set()
        await answer.wait()
        return TAKEN

    async def send_one_meanwhile(dispatcher: Dispatcher) -> None:
        draining = asyncio.create_task(dispatcher.drain())
        await arrived.wait()
        singles.append(await elsewhere(make_single))
        dispatcher.call()
        await draining

    gateway = ScriptedGateway(hang)
    drain(conninfo, gateway, send_one_meanwhile, max_concurrency=2)
    assert Message.objects.filter(status="sent").count() == 5


def test_one_that_comes_as_a_drain_ends_is_sent_by_the_next(conninfo: str) -> None:
    gateway = ScriptedGateway()

    async def twice(dispatcher: Dispatcher) -> None:
        await dispatcher.drain()
        await elsewhere(make_single)
        await dispatcher.drain()

    drain(conninfo, gateway, twice)
    assert len(gateway.asked) == 1


def test_each_gateway_has_a_queue_and_the_default_one_the_rest(conninfo: str) -> None:
    other = make_gateway(name="other", priority=200)
    to_main, to_other = make_single(), make_single(gateway=other)
    to_main_by_name = make_single(gateway=Gateway.objects.get(name="main"))
    assert ids(claim_singles(conninfo, gateway="other")[0]) == [to_other.pk]
    assert ids(claim_singles(conninfo)[0]) == ids([to_main, to_main_by_name])


def test_two_claims_share_them(conninfo: str) -> None:
    messages = [make_single() for _ in range(4)]
    first, second = claim_singles(conninfo, 3)[0], claim_singles(conninfo, 3)[0]
    assert (len(first), len(second), ids([*first, *second])) == (3, 1, ids(messages))


@pytest.mark.parametrize("whose", ["client", "phone"])
@pytest.mark.parametrize("topic", ["", "news"])
def test_an_opt_out_ends_one_at_the_claim(conninfo: str, whose: str, topic: str) -> None:
    client = make_client(phone=PHONE) if whose == "client" else None
    message = make_single(client=client, phone=PHONE, topic="news")
    opt_out(PHONE, topic)
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert (gateway.asked, ended(message)) == ([], ("cancelled", Why(Reason.OPTED_OUT)))


def test_an_opt_out_of_something_else_or_one_to_be_ignored_ends_none(conninfo: str) -> None:
    opt_out(PHONE, "news")
    other = make_single(phone=PHONE, topic="orders")
    forced = make_single(phone=PHONE, topic="news", ignores_opt_outs=True)
    assert ids(claim_singles(conninfo)[0]) == ids([other, forced])


@pytest.mark.parametrize("whose", ["client", "phone"])
def test_an_opt_out_cancels_what_waits(conninfo: str, whose: str) -> None:
    client = make_client(phone=PHONE) if whose == "client" else None
    message = make_single(client=client, phone=PHONE, next_attempt_at=now() + timedelta(hours=1))
    forced = make_single(client=client, phone=PHONE, ignores_opt_outs=True)
    say_no(phone=PHONE, topic="")
    assert (ended(message), ended(forced)) == (("cancelled", Why(Reason.OPTED_OUT)), ("pending", None))


def test_an_opt_out_stops_one_that_a_worker_holds(conninfo: str) -> None:
    message = make_single(phone=PHONE)

    async def say_no_meanwhile(request: Request) -> NoResponse:
        await elsewhere(lambda: say_no(phone=PHONE, topic=""))
        return NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False)

    gateway = ScriptedGateway(say_no_meanwhile)
    drain(conninfo, gateway, breaker_failures=0, retry_base_seconds=0.001)
    assert (len(gateway.asked), ended(message)) == (1, ("cancelled", Why(Reason.OPTED_OUT)))


def test_one_past_its_deadline_expires_at_the_claim_and_hides_no_other(conninfo: str) -> None:
    late = make_single(end_at=now() - timedelta(seconds=1), next_attempt_at=now() - timedelta(hours=1))
    good = make_single()
    assert ids(claim_singles(conninfo, 1)[0]) == [good.pk]
    assert ended(late) == ("expired", Why(Reason.DEADLINE_PASSED))


def test_one_that_fails_is_tried_again_and_keeps_what_the_gateway_said(conninfo: str) -> None:
    message = make_single(phone=PHONE)
    answers = iter([Response(503, b"busy"), TAKEN])

    async def next_answer(_: Request) -> Response:
        return next(answers)

    drain(conninfo, ScriptedGateway(next_answer), retry_base_seconds=0.001)
    attempt = Attempt.objects.get()
    assert ended(message) == ("sent", None)
    assert (attempt.mailing_id, attempt.response, attempt.number) == (None, "busy", 1)


def test_a_dead_workers_one_is_rescued(conninfo: str) -> None:
    message = make_single()
    claim_singles(conninfo)
    end_leases()
    assert (rescue_all(), ended(message)) == (1, ("pending", Why(Reason.WORKER_LOST)))
    assert ids(claim_singles(conninfo)[0]) == [message.pk]


def test_a_claim_of_mailings_takes_none(conninfo: str) -> None:
    make_single()
    mailed = make_message()
    assert ids(claim(conninfo)) == [mailed.pk]


def test_the_claim_brings_the_terms(conninfo: str) -> None:
    message = make_single(text="Hi", end_at=(end_at := now() + timedelta(minutes=5)))
    [claimed], terms = claim_singles(conninfo)
    assert (claimed.in_mailing, claimed.timezone) == (None, "UTC")
    assert terms == {
        -message.pk: MailingTerms(
            text="Hi", end_at=end_at, hours=(), give_up_on_unknown=False, is_running=True, hours_version=None
        )
    }


def test_a_probe_takes_one_that_has_not_failed(conninfo: str) -> None:
    make_single(reason=Reason.RESPONSE_TIMEOUT, next_attempt_at=now() - timedelta(hours=1))
    fresh = make_single()
    assert ids(claim_singles(conninfo, 1, is_probe=True)[0]) == [fresh.pk]


def test_a_held_gateway_is_probed_with_one_where_no_mailing_is(conninfo: str) -> None:
    message = make_single()
    Gateway.objects.update(held_at=now(), probe_at=now(), held_reason=Reason.CONNECTION_REFUSED)
    drain(conninfo, ScriptedGateway(), probe_interval_seconds=0.01)
    assert (ended(message), Gateway.objects.get().held_at) == (("sent", None), None)


def test_a_deleted_clients_one_ends_and_is_forgotten(conninfo: str) -> None:
    message = make_single(phone=PHONE)
    SingleMessage.objects.update(phone="")
    assert (claim_singles(conninfo)[0], ended(message)) == ([], ("cancelled", Why(Reason.CLIENT_DELETED)))
