"""What recording an outcome changes, and what it leaves alone."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.delivery.messages import Claimed, NotSent
from notification_service.delivery.outcome_rows import released
from notification_service.delivery.write_outcomes import Names
from notification_service.delivery.write_outcomes import record_sent as write_sent
from notification_service.mailings import stats
from notification_service.mailings.models import Attempt, Batch, Gateway, Message, ProviderMessage
from notification_service.mailings.reasons import Reason, Why, explained
from tests.delivery.database import claim, end_leases, on_database, record_not_sent, record_sent, rescue_all
from tests.factories import mailing_of, make_message, make_messages, make_running_mailing, now
from tests.reasons import http_status

RESPONSE = '{"error": "79161234567 is blocked"}'
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def failed(message: Claimed, **fields: Any) -> NotSent:
    defaults: dict[str, Any] = {"attempt_outcome": "failed", "reason": http_status(400), "at": AT.timestamp()}
    return NotSent(message, "failed", **defaults | fields)


def retried(message: Claimed, *, until: datetime = AT) -> NotSent:
    return NotSent(
        message,
        "pending",
        next_attempt_at=until,
        attempt_outcome="retry",
        reason=http_status(503),
        at=AT.timestamp(),
        http_status=503,
        response="busy",
        retry_at=AT,
    )


def held(message: Claimed) -> NotSent:
    return NotSent(message, "pending", AT, attempt_outcome="held", reason=http_status(401), charged=False)


def test_a_success_is_written_to_the_message(conninfo: str) -> None:
    message = make_message()
    record_sent(conninfo, claim(conninfo), at=AT)
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.attempts, message.why) == ("sent", AT, 1, None)
    assert Attempt.objects.count() == 0


def test_a_success_clears_the_error_of_an_earlier_attempt(conninfo: str) -> None:
    message = make_message(**http_status(503).columns, attempts=1)
    record_sent(conninfo, claim(conninfo))
    message.refresh_from_db()
    assert (message.why, message.attempts) == (None, 2)


def test_a_success_recorded_twice_counts_once(conninfo: str) -> None:
    message = make_message()
    claimed = claim(conninfo)
    record_sent(conninfo, claimed, at=AT)
    record_sent(conninfo, claimed, at=AT + timedelta(hours=1))
    message.refresh_from_db()
    assert message.sent_at == AT
    mailing_id = mailing_of(message).pk
    assert stats.message_counts([mailing_id])[mailing_id]["sent"] == 1
    assert [minute["sent"] for minute in stats.timeline(mailing_id)] == [1]


@pytest.mark.parametrize("is_in_receipts", [True, False])
def test_the_providers_id_is_kept_and_in_a_table_of_its_own_where_receipts_have_nothing_else(
    conninfo: str, *, is_in_receipts: bool
) -> None:
    named, unnamed = make_message(), make_message()
    claimed = sorted(claim(conninfo), key=lambda message: message.id)
    names = Names({named.pk: "SM1"}, is_in_receipts=is_in_receipts)
    rows = [(message, AT.timestamp()) for message in claimed]
    for _ in range(2):
        on_database(conninfo, lambda database: write_sent(database, rows, names=names))
    shown = dict(Message.objects.values_list("pk", "provider_id"))
    assert shown == {named.pk: "SM1", unnamed.pk: ""}
    kept = list(ProviderMessage.objects.values_list("provider_id", "message_id"))
    assert kept == ([("SM1", named.pk)] if is_in_receipts else [])


@pytest.mark.parametrize("status", ["pending", "sending", "failed", "expired", "cancelled", "unknown"])
def test_a_late_success_is_recorded_in_every_status(conninfo: str, status: str) -> None:
    message = make_message()
    claimed = claim(conninfo)
    due = now() if status == "pending" else None
    Message.objects.update(
        status=status, next_attempt_at=due, **Why(Reason.WORKER_LOST).columns, batch_id=None
    )
    record_sent(conninfo, claimed, at=AT)
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.sent_at) == ("sent", None, AT)


def test_a_late_success_ends_a_rescued_message(conninfo: str) -> None:
    make_message()
    claimed = claim(conninfo)
    end_leases()
    rescue_all()
    record_sent(conninfo, claimed)
    assert claim(conninfo) == []


def test_a_retry_waits_with_its_error(conninfo: str) -> None:
    message = make_message()
    [claimed] = claim(conninfo)
    later = AT + timedelta(hours=9)
    record_not_sent(conninfo, retried(claimed, until=later))
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.attempts) == ("pending", later, 1)
    assert message.why == http_status(503)


def test_a_failed_attempt_leaves_a_row(conninfo: str) -> None:
    message = make_message(attempts=4)
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, retried(claimed))
    main = Gateway.objects.get(name="main").id
    attempt = Attempt.objects.get()
    assert (attempt.message_id, attempt.mailing_id, attempt.gateway_id) == (
        message.id,
        message.mailing_id,
        main,
    )
    assert (attempt.number, attempt.at, attempt.outcome, attempt.retry_at) == (5, AT, "retry", AT)
    assert (attempt.why, attempt.http_status, attempt.response) == (http_status(503), 503, "busy")


def test_a_refusal_ends_the_message_with_its_reason(conninfo: str) -> None:
    message = make_message()
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, failed(claimed))
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.why) == ("failed", None, http_status(400))
    assert stats.failures_by_reason(mailing_of(message).pk) == [(http_status(400), 1)]


def test_a_final_outcome_does_not_lock_the_client(conninfo: str) -> None:
    make_message()
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, failed(claimed))
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmax FROM directory_client")  # who locked the row last
        assert cursor.fetchall() == [("0",)]


def test_the_words_of_a_library_are_kept_and_not_counted(conninfo: str) -> None:
    mailing = make_running_mailing()
    for _ in range(2):
        make_message(mailing)
    claimed = claim(conninfo)
    whys = [explained(Reason.TLS_ERROR, text) for text in ("certificate has expired", "hostname mismatch")]
    rows = [failed(message, reason=why) for message, why in zip(claimed, whys, strict=True)]
    record_not_sent(conninfo, *rows)
    assert {message.why for message in Message.objects.all()} == set(whys)
    assert {attempt.why for attempt in Attempt.objects.all()} == set(whys)
    assert stats.failures_by_reason(mailing.pk) == [(Why(Reason.TLS_ERROR), 2)]


def test_a_held_attempt_is_listed_and_not_charged(conninfo: str) -> None:
    message = make_message(attempts=2)
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, held(claimed))
    message.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (message.status, message.attempts) == ("pending", 2)
    assert (attempt.outcome, attempt.number) == ("held", 3)


def test_a_released_message_keeps_its_attempts_and_error(conninfo: str) -> None:
    message = make_message(attempts=2, **http_status(503).columns)
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, released(claimed, until=AT))
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.attempts) == ("pending", AT, 2)
    assert (message.why, Attempt.objects.count()) == (http_status(503), 0)


def test_a_message_put_off_while_its_client_moves_is_due(conninfo: str) -> None:
    """Whether that move comes true is not known yet; nobody waits for it, and the engine looks again."""
    message = make_message()
    [claimed] = claim(conninfo)
    with psycopg.connect(conninfo) as moving:
        moving.execute(
            "UPDATE directory_client SET timezone = 'Asia/Omsk' WHERE id = %s", [message.client_id]
        )
        record_not_sent(conninfo, released(claimed, until=now() + timedelta(hours=9)))
        message.refresh_from_db()
        assert message.status == "pending"
        assert message.next_attempt_at is not None
        assert message.next_attempt_at <= now()


DAY = {"window_from": time(9), "window_to": time(21), "hours_version": 3}


def test_a_message_that_waits_for_the_hours_of_its_mailing_waits_on(conninfo: str) -> None:
    make_message(make_running_mailing(**DAY))
    [claimed] = claim(conninfo)
    opening = now() + timedelta(hours=9)
    record_not_sent(conninfo, released(claimed, until=opening, hours_version=3))
    assert Message.objects.get().next_attempt_at == opening


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_message_put_off_by_hours_that_its_mailing_no_longer_has_is_due(
    conninfo: str, *, is_committed: bool
) -> None:
    """A worker that was held up for long may record what it worked out before the change."""
    message = make_message(make_running_mailing(**DAY))
    [claimed] = claim(conninfo)
    with psycopg.connect(conninfo) as changing:
        changing.execute("UPDATE mailings_mailing SET hours_version = 4 WHERE id = %s", [message.mailing_id])
        if is_committed:
            changing.commit()
        record_not_sent(conninfo, released(claimed, until=now() + timedelta(hours=9), hours_version=3))
        message.refresh_from_db()
        assert message.next_attempt_at is not None
        assert message.next_attempt_at <= now()


@pytest.mark.parametrize("is_committed", [True, False])
def test_what_a_gateway_says_while_its_client_is_deleted_is_not_kept(
    conninfo: str, *, is_committed: bool
) -> None:
    message = make_message()
    [claimed] = claim(conninfo)
    erase = "UPDATE directory_client SET phone = NULL, deleted_at = now() WHERE id = %s"
    with psycopg.connect(conninfo) as deleting:
        deleting.execute(erase, [message.client_id])
        if is_committed:
            deleting.commit()
        record_not_sent(conninfo, failed(claimed, response=RESPONSE))
    assert list(Attempt.objects.values_list("outcome", "response")) == [("failed", "")]


def test_what_a_gateway_says_of_a_client_who_stays_is_kept(conninfo: str) -> None:
    make_message()
    [claimed] = claim(conninfo)
    record_not_sent(conninfo, failed(claimed, response=RESPONSE))
    assert list(Attempt.objects.values_list("response", flat=True)) == [RESPONSE]


def test_an_outcome_recorded_twice_leaves_one_attempt(conninfo: str) -> None:
    make_message()
    [claimed] = claim(conninfo)
    for _ in range(2):
        record_not_sent(conninfo, failed(claimed))
    assert Attempt.objects.count() == 1


def test_an_outcome_of_a_lost_lease_changes_nothing(conninfo: str) -> None:
    message = make_message()
    [lost] = claim(conninfo)
    end_leases()
    rescue_all()
    [present] = claim(conninfo)
    record_not_sent(conninfo, failed(lost))
    message.refresh_from_db()
    assert (message.status, message.batch_id) == ("sending", present.batch.id)
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["lost"]


def test_an_outcome_of_a_rescued_message_changes_nothing(conninfo: str) -> None:
    message = make_message()
    [lost] = claim(conninfo)
    end_leases()
    rescue_all()
    record_not_sent(conninfo, released(lost, until=AT))
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("pending", 1)


def test_many_outcomes_are_recorded_at_once(conninfo: str) -> None:
    make_messages(make_running_mailing(), 4)
    first, second, third, _ = claim(conninfo)
    record_not_sent(conninfo, failed(first), retried(second), released(third, until=AT))
    statuses = sorted(Message.objects.values_list("status", flat=True))
    assert statuses == ["failed", "pending", "pending", "sending"]


def test_a_recorded_batch_is_forgotten(conninfo: str) -> None:
    make_messages(make_running_mailing(), 2)
    [first], [second] = claim(conninfo, limit=1), claim(conninfo, limit=1)
    on_database(conninfo, lambda database: database.execute("close_batches", ids=[first.batch.id]))
    assert list(Batch.objects.values_list("id", flat=True)) == [second.batch.id]
