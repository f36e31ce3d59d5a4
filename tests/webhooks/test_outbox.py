"""What webhooks are to be told is written in the transaction that makes it true, whoever changes the rows."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notification_service.mailings.lifecycle import cancel_mailing, pause_mailing, resume_mailing
from notification_service.mailings.models import Gateway, Message
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.factories import make_gateway, make_mailing, make_messages, make_running_mailing, opt_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_addresses")]


STATUSES = ("sending", "sent", "failed", "expired", "cancelled", "unknown")


def want(*events: str, **fields: Any) -> Webhook:
    return create_webhook(url="http://127.0.0.1:9/", events=list(events), **fields)[0]


def told() -> list[tuple[str, int, str, int]]:
    rows = WebhookDelivery.objects.order_by("id")
    return [(row.event, row.queue, row.told, len(row.ids or ())) for row in rows]


def end(messages: list[Message], status: str = "sent") -> None:
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(status=status, next_attempt_at=None)


def test_a_statement_writes_one_row_for_each_mailing_status_and_thousand() -> None:
    want("messages.final")
    first, second = make_running_mailing(), make_running_mailing()
    end(make_messages(first, 3) + make_messages(second, 2))
    assert sorted(told()) == sorted(
        [("messages.final", first.pk, "sent", 3), ("messages.final", second.pk, "sent", 2)]
    )


def test_no_event_has_more_than_a_thousand_messages_and_each_is_in_one() -> None:
    want("messages.final")
    mailing = make_running_mailing()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_client "
            "(phone, operator_code, tags, timezone, attributes, created_at, updated_at) "
            "SELECT (79150000000 + n)::text, '915', '{}', 'Europe/Moscow', '{}', now(), now() "
            "FROM generate_series(1, 2500) AS n"
        )
        cursor.execute(
            "INSERT INTO mailings_message (partition, mailing_id, client_id, status, attempts, created_at, "
            "next_attempt_at) SELECT 0, %s, id, 'pending', 0, now(), now() FROM directory_client",
            [mailing.pk],
        )
    Message.objects.filter(mailing=mailing).update(status="expired", next_attempt_at=None)
    assert [count for *_, count in told()] == [1000, 1000, 500]
    ids = [each for row in WebhookDelivery.objects.all() for each in row.ids or ()]
    assert sorted(ids) == sorted(Message.objects.values_list("pk", flat=True))


def test_what_is_final_already_and_what_goes_on_is_not_told() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 2)
    end(messages[:1])
    want("messages.final")
    Message.objects.filter(pk=messages[0].pk).update(attempts=7)
    Message.objects.filter(pk=messages[1].pk).update(status="sending", next_attempt_at=None)
    assert told() == []


def test_a_message_that_ends_otherwise_after_all_is_told_again() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 1)
    want("messages.final")
    end(messages, "expired")
    end(messages, "sent")
    assert [(status, count) for _, _, status, count in told()] == [("expired", 1), ("sent", 1)]


def test_what_is_rolled_back_is_not_told() -> None:
    want("messages.final", "mailing.paused")
    mailing = make_running_mailing()
    with transaction.atomic():
        pause_mailing(mailing.pk)
        end(make_messages(mailing, 1))
        transaction.set_rollback(True)
    assert told() == []


def test_only_what_a_webhook_wants_is_written_and_only_for_those_that_want_it() -> None:
    paused = want("mailing.paused")
    want("mailing.resumed", enabled=False)
    mailing = make_running_mailing()
    pause_mailing(mailing.pk)
    resume_mailing(mailing.pk)
    end(make_messages(mailing, 1))
    assert [(row.webhook_id, row.event) for row in WebhookDelivery.objects.all()] == [
        (paused.pk, "mailing.paused")
    ]


def test_a_mailing_tells_of_each_step_with_its_counts() -> None:
    want(*(f"mailing.{step}" for step in ("started", "paused", "resumed", "finished", "cancelled")))
    mailing = make_mailing(name="Spring", reference="crm-7")
    type(mailing).objects.filter(pk=mailing.pk).update(status="running")
    make_messages(mailing, 2)
    pause_mailing(mailing.pk)
    resume_mailing(mailing.pk)
    cancel_mailing(mailing.pk)
    type(mailing).objects.filter(pk=mailing.pk).update(finished_at=mailing.end_at)
    steps = list(WebhookDelivery.objects.order_by("id"))
    assert [row.event for row in steps] == [
        "mailing.started",
        "mailing.paused",
        "mailing.resumed",
        "mailing.cancelled",
    ]
    assert steps[-1].data == {
        "mailing": mailing.pk,
        "name": "Spring",
        "reference": "crm-7",
        "status": "cancelled",
        "messages": dict.fromkeys(STATUSES, 0) | {"total": 2, "pending": 2},
    }


def test_a_gateway_tells_when_it_is_held_and_when_it_is_released() -> None:
    want("gateway.held", "gateway.released")
    gateway = make_gateway(name="fast")
    rows = Gateway.objects.filter(pk=gateway.pk)
    rows.update(held_at=gateway.updated_at, held_reason="http_status", held_reason_number=503)
    rows.update(held_at=gateway.updated_at)
    rows.update(held_at=None)
    events = WebhookDelivery.objects.order_by("id")
    assert [(row.event, row.data) for row in events] == [
        ("gateway.held", {"gateway": gateway.pk, "name": "fast", "code": "http_status", "code_number": 503}),
        ("gateway.released", {"gateway": gateway.pk, "name": "fast", "code": None, "code_number": None}),
    ]


def test_an_opt_out_is_told_once() -> None:
    want("client.opted_out")
    said = opt_out("79161234567")
    type(said).objects.filter(pk=said.pk).update(withdrawn_at=said.created_at)
    [row] = WebhookDelivery.objects.all()
    assert (row.event, row.queue, row.ids) == ("client.opted_out", 0, [said.pk])


def test_without_a_webhook_a_statement_writes_nothing_and_asks_nothing_more() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 1)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        end(messages)
    assert (len(queries), told()) == (1, [])
