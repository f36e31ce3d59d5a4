"""Rule 14 in the engine: what is claimed, held or tried again is not sent once its phone has opted out."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from notification_service.delivery import claim as claim_module
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database, statement
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.messages import Claimed
from notification_service.delivery.outcome import Response
from notification_service.directory.models import Client, OptOut, PreferenceChange
from notification_service.directory.preferences import preference_changes
from notification_service.mailings.models import Batch, Mailing, Message
from tests.delivery.database import claim, end_leases, rescue_all
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.factories import (
    consent,
    make_client,
    make_clients_in_bulk,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
    now,
    opt_out,
)

OPT_OUT = (
    "INSERT INTO directory_optout (phone, topic, reason, source, created_at) VALUES (%s, '', '', '', now())"
)


def ends() -> Counter[tuple[str, str]]:
    return Counter(Message.objects.values_list("status", "reason"))


async def opt_out_elsewhere(conninfo: str, *phones: str) -> None:
    """As a web server would while this worker goes on."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as other:
        for phone in phones:
            await other.execute(OPT_OUT, [phone])


def phone_of(message: Message) -> str:
    assert message.client is not None
    return message.client.phone or ""


def all_phones() -> list[str]:
    return [phone or "" for phone in Client.objects.order_by("pk").values_list("phone", flat=True)]


# claim


@pytest.mark.parametrize("is_probe", [False, True], ids=["claim", "probe"])
def test_a_claim_ends_a_message_whose_phone_has_opted_out(conninfo: str, is_probe: bool) -> None:
    message = make_message(attempts=1)
    opt_out(phone_of(message))
    assert claim(conninfo, is_probe=is_probe) == []
    message.refresh_from_db()
    assert (message.status, message.reason, message.attempts) == ("cancelled", "opted_out", 1)


@pytest.mark.parametrize(
    ("mailing", "said", "is_sent"),
    [
        ({"topic": "news"}, ["news"], False),
        ({"topic": "news"}, [""], False),
        ({"topic": "news"}, ["offers"], True),
        ({"topic": ""}, ["news"], True),
        ({"topic": "news", "ignores_opt_outs": True}, ["news", ""], True),
    ],
)
def test_a_claim_heeds_the_opt_outs_of_the_mailings_topic(
    conninfo: str, mailing: dict[str, Any], said: list[str], is_sent: bool
) -> None:
    client = make_client()
    make_message(make_running_mailing(**mailing), client)
    for topic in said:
        opt_out(client.phone, topic)
    assert len(claim(conninfo)) == int(is_sent)


@pytest.mark.parametrize(
    ("topic", "consented_to", "is_sent"),
    [("news", "news", True), ("news", "", True), ("news", "offers", False), ("", "news", False)],
)
def test_a_claim_looks_for_the_consent_that_its_mailing_requires(
    conninfo: str, topic: str, consented_to: str, is_sent: bool
) -> None:
    message = make_message(make_running_mailing(topic=topic, requires_consent=True))
    consent(phone_of(message), consented_to)
    assert len(claim(conninfo)) == int(is_sent)
    assert ends() == ({("sending", ""): 1} if is_sent else {("cancelled", "no_consent"): 1})


def test_a_claim_takes_each_message_by_the_terms_of_its_own_mailing(conninfo: str) -> None:
    client = make_client()
    opt_out(client.phone, "news")
    for topic in ("news", "offers"):
        make_message(make_running_mailing(topic=topic), client)
    [claimed] = claim(conninfo)
    assert Mailing.objects.get(pk=claimed.mailing_id).topic == "offers"


def test_a_claim_does_not_look_while_nothing_has_changed_since_the_audience_was_chosen(conninfo: str) -> None:
    mailing = make_running_mailing()
    message = make_message(mailing)
    opt_out(phone_of(message))  # it cannot be: the audience would be without it
    Mailing.objects.update(preferences_known=PreferenceChange.objects.get().changes)
    assert len(claim(conninfo)) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda client: opt_out("79000000000"),
        lambda client: OptOut.objects.update(withdrawn_at=now()),
        lambda client: consent("79000000000"),
        lambda client: Client.objects.update(phone="79999999999"),
    ],
    ids=["opt-out", "withdrawal", "consent", "another phone"],
)
def test_every_change_has_claims_look_again(conninfo: str, change: Callable[[Client], Any]) -> None:
    message = make_message()
    assert message.client
    opt_out(message.client.phone)
    known = sum(PreferenceChange.objects.values_list("changes", flat=True))
    Mailing.objects.update(preferences_known=known)
    change(message.client)
    assert sum(PreferenceChange.objects.values_list("changes", flat=True)) == known + 1


def test_a_change_of_a_client_that_is_not_of_the_phone_has_nobody_look(conninfo: str) -> None:
    client = make_client()
    client.tag, client.timezone = "vip", "Asia/Omsk"
    client.save()
    assert preference_changes() == 0


def test_two_changes_at_once_do_not_wait_for_each_other(conninfo: str) -> None:
    with psycopg.connect(conninfo) as one, psycopg.connect(conninfo) as other:
        other.execute("SET lock_timeout = '5s'")
        one.execute(OPT_OUT, ["79000000001"])
        other.execute(OPT_OUT, ["79000000002"])
        other.commit()
        assert other.execute("SELECT sum(changes) FROM directory_preferencechange").fetchone() == (1,)
        one.commit()
        assert other.execute("SELECT sum(changes) FROM directory_preferencechange").fetchone() == (2,)


# what a worker holds


def test_what_a_worker_holds_is_not_sent_once_its_phone_has_opted_out(conninfo: str) -> None:
    make_messages(make_running_mailing(), 30)
    phones = all_phones()

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 1:
            await opt_out_elsewhere(conninfo, *(phone for phone in phones[:20] if phone != request.phone))
            await gateway.next_sync()
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    cancelled = 20 - (gateway.requests[0].phone in phones[:20])
    assert ends() == {("sent", ""): 30 - cancelled, ("cancelled", "opted_out"): cancelled}
    assert Batch.objects.count() == 0
    assert set(Message.objects.filter(status="cancelled").values_list("attempts", flat=True)) == {0}


def test_a_request_under_way_ends_as_it_ends(conninfo: str) -> None:
    make_message()

    async def script(request: Request) -> Response:
        await opt_out_elsewhere(conninfo, request.phone)
        await gateway.next_sync()
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    assert ends() == {("sent", ""): 1}


def test_a_failed_attempt_is_not_repeated_to_a_phone_that_opted_out_meanwhile(conninfo: str) -> None:
    message = make_message()

    async def script(request: Request) -> Response:
        await opt_out_elsewhere(conninfo, request.phone)
        await gateway.next_sync()
        return Response(503, b"", "3600")

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert (message.status, message.reason, message.attempts) == ("cancelled", "opted_out", 1)
    assert message.failed_attempts.get().reason == "http_status"


def test_a_request_does_not_start_if_its_phone_opts_out_while_it_connects(conninfo: str) -> None:
    make_message()
    may_start: list[bool] = []

    async def script(request: Request) -> Response:
        may_start.append(request.may_start())
        await opt_out_elsewhere(conninfo, request.phone)
        await gateway.next_sync()
        may_start.append(request.may_start())
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    assert may_start == [True, False]


@pytest.mark.parametrize("when", ["before the sync", "after the sync"])
def test_an_opt_out_that_a_claim_could_not_see_is_seen(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It is committed after the claim has read, and before the worker has what was claimed."""
    make_messages(make_running_mailing(), 3)
    take = claim_module.take_due
    phones = all_phones()

    async def opted_out_meanwhile(
        database: Database, config: DeliveryConfig, limit: int, **which: Any
    ) -> list[Claimed]:
        claimed = await take(database, config, limit, **which)
        if phones[0] in [message.phone for message in claimed]:
            await opt_out_elsewhere(conninfo, phones[0])
            if when == "after the sync":
                await gateway.next_sync()
        return claimed

    async def slowly(request: Request) -> Response:
        await gateway.next_sync()
        return TAKEN

    monkeypatch.setattr(claim_module, "take_due", opted_out_meanwhile)
    gateway = ScriptedGateway(slowly)
    drain(conninfo, gateway, max_concurrency=1, record_interval_seconds=0.001)
    asked = [request.phone for request in gateway.requests]
    assert phones[0] not in asked[1:]  # the first request may start before the next sync
    if when == "after the sync":
        assert asked == phones[1:]


def test_a_batch_that_is_recorded_is_no_longer_looked_after(conninfo: str) -> None:
    make_messages(make_running_mailing(), 5)

    async def look(dispatcher: Dispatcher) -> None:
        await dispatcher.drain()
        await dispatcher.lane.shared.sync(under_way=0)
        assert dispatcher.lane.shared.exclusions._held == []

    drain(conninfo, ScriptedGateway(), look)


def test_thousands_that_opt_out_at_once_get_nothing_more(conninfo: str) -> None:
    make_clients_in_bulk(3000)
    make_messages_in_bulk(make_running_mailing())
    phones = all_phones()

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 100:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as other:
                await other.execute(
                    "INSERT INTO directory_optout (phone, topic, reason, source, created_at)"
                    " SELECT phone, '', '', '', now() FROM directory_client"
                )
            await gateway.next_sync()
            asked.append(len(gateway.requests))
        return TAKEN

    asked: list[int] = []
    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    assert len(gateway.requests) == asked[0] == 100
    assert ends() == {("sent", ""): 100, ("cancelled", "opted_out"): len(phones) - 100}


# what comes back to the queue


def test_a_rescue_ends_what_a_paused_mailing_may_not_send_any_more(conninfo: str) -> None:
    gone, kept = make_messages(make_running_mailing(), 2)
    claim(conninfo)
    assert gone.client
    opt_out(gone.client.phone)
    Mailing.objects.update(status="paused")
    end_leases()
    assert rescue_all() == 2
    for each in (gone, kept):
        each.refresh_from_db()
    assert (gone.status, gone.reason, kept.status) == ("cancelled", "opted_out", "pending")


def test_a_message_released_until_its_hours_is_cancelled_if_its_phone_opted_out(conninfo: str) -> None:
    """The worker writes it back while the opt-out is being made, which finds nothing that waits."""
    message = make_message()

    async def script(request: Request) -> Response:
        await opt_out_elsewhere(conninfo, request.phone)
        return Response(503, b"", "3600")  # recorded, as a retry, before the worker has looked

    drain(conninfo, ScriptedGateway(script), record_interval_seconds=0.2)
    message.refresh_from_db()
    assert (message.status, message.reason) == ("cancelled", "opted_out")


def test_the_statements_have_the_same_rule(conninfo: str) -> None:
    claims = [statement(name).decode() for name in ("claim", "claim_probe")]
    ends_of = [text[text.index("preferences AS MATERIALIZED") :] for text in claims]
    assert ends_of[0] == ends_of[1]
