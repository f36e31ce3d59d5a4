"""What becomes of the messages of a mailing that ends, changes or goes."""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection

from notification_service.mailings import settlement, stats
from notification_service.mailings.lifecycle import cancel_mailing, delete_mailing, update_mailing
from notification_service.mailings.models import (
    Attempt,
    Batch,
    FailureCount,
    Gateway,
    Mailing,
    Message,
    MessageCount,
    MinuteCount,
)
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.send_window import SendWindow, next_opening
from notification_service.mailings.settlement import settle
from tests.factories import (
    mailing_of,
    make_client,
    make_gateway,
    make_mailing,
    make_message,
    make_messages,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LATER = now() + 10 * HOUR
ENDED = {"end_at": now() - timedelta(seconds=1)}


def statuses(mailing: Mailing) -> Counter[str]:
    return Counter(Message.objects.filter(mailing=mailing).values_list("status", flat=True))


def one_of_each(mailing: Mailing) -> None:
    for status in Message.Status.values:
        make_message(mailing, status=status)


# expire


@pytest.mark.parametrize("status", ["running", "paused"])
def test_pending_messages_expire_at_the_deadline(status: str) -> None:
    mailing = make_mailing(status=status, **ENDED)
    one_of_each(mailing)
    settle()
    assert statuses(mailing) == Counter(Message.Status.values) - Counter(["pending"]) + Counter(["expired"])


def test_an_expired_message_has_a_reason() -> None:
    message = make_message(make_running_mailing(**ENDED), next_attempt_at=LATER)
    settle()
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.why) == (
        "expired",
        None,
        Why(Reason.DEADLINE_PASSED),
    )


def expire(message: Message) -> Why | None:
    Mailing.objects.filter(pk=mailing_of(message).pk).update(**ENDED)
    settle()
    message.refresh_from_db()
    assert message.status == "expired"
    return message.why


@pytest.mark.parametrize(
    "cause", [http_status(503), Why(Reason.RESPONSE_TIMEOUT)], ids=["http_status", "response_timeout"]
)
def test_an_expired_message_names_why_its_last_attempt_failed(cause: Why) -> None:
    message = make_message(attempts=3, **cause.columns)
    assert expire(message) == Why(Reason.DEADLINE_PASSED, cause=cause)
    assert (message.cause, message.cause_number) == (cause.code.value, cause.number)


def test_a_message_that_expires_unattempted_names_what_holds_its_gateway() -> None:
    backup = make_gateway(held_at=now(), held_reason="http_status", held_reason_number=401)
    Gateway.objects.filter(name="main").update(held_at=now(), held_reason="connection_refused")
    default, own = make_message(), make_message(make_running_mailing(gateway=backup))
    assert expire(default) == Why(Reason.DEADLINE_PASSED, cause=Why(Reason.CONNECTION_REFUSED))
    assert expire(own) == Why(Reason.DEADLINE_PASSED, cause=http_status(401))


def test_a_message_that_expires_unattempted_names_that_its_gateway_is_disabled() -> None:
    message = make_message(make_running_mailing(gateway=make_gateway(enabled=False)))
    assert expire(message) == Why(Reason.DEADLINE_PASSED, cause=Why(Reason.GATEWAY_DISABLED))


@pytest.mark.parametrize("waits_for", ["its hours", "a gateway that is well"])
def test_a_message_that_nothing_kept_expires_without_a_cause(waits_for: str) -> None:
    make_gateway(priority=5)
    Gateway.objects.filter(name="main").update(held_at=now(), held_reason="connection_refused")
    hours = waits_for == "its hours"
    message = make_message(
        make_running_mailing(failover=not hours), next_attempt_at=LATER if hours else now()
    )
    assert expire(message) == Why(Reason.DEADLINE_PASSED)


def test_a_cancelled_message_has_no_cause() -> None:
    message = make_message(**http_status(503).columns)
    cancel_mailing(mailing_of(message).pk)
    settle()
    message.refresh_from_db()
    assert (message.why, message.cause) == (Why(Reason.MAILING_CANCELLED), "")


def test_no_message_expires_before_the_deadline() -> None:
    mailing = make_running_mailing(end_at=now() + timedelta(seconds=30))
    make_message(mailing)
    settle()
    assert statuses(mailing) == {"pending": 1}


def test_the_settlement_expires_every_message_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement, "CHUNK_MESSAGES", 2)
    monkeypatch.setattr(settlement, "ROUND_CHUNKS", 2)
    mailings = [make_running_mailing(**ENDED) for _ in range(2)]
    for mailing in mailings:
        make_messages(mailing, 9)
    settle()
    assert [statuses(mailing) for mailing in mailings] == [{"expired": 9}] * 2


# cancel


def test_the_pending_messages_of_a_cancelled_mailing_are_cancelled() -> None:
    mailing = make_running_mailing()
    one_of_each(mailing)
    cancel_mailing(mailing.id)
    settle()
    assert statuses(mailing) == Counter(Message.Status.values) - Counter(["pending"]) + Counter(["cancelled"])


def test_the_messages_of_a_cancelled_mailing_are_cancelled_after_the_deadline_too() -> None:
    mailing = make_mailing(status="cancelled", start_at=now() - 2 * HOUR, **ENDED)
    make_message(mailing)
    settle()
    assert statuses(mailing) == {"cancelled": 1}


def test_a_message_released_after_the_cancel_is_cancelled() -> None:
    mailing = make_mailing(status="cancelled")
    message = make_message(mailing, status="sending")
    settle()
    Message.objects.filter(pk=message.pk).update(status="pending", next_attempt_at=now())
    settle()
    mailing.refresh_from_db()
    assert (statuses(mailing), mailing.finished_at is not None) == ({"cancelled": 1}, True)


@pytest.mark.django_db(transaction=True)
def test_the_settlement_leaves_locked_messages_for_the_next_round() -> None:
    mailing = make_running_mailing(**ENDED)
    locked, _ = make_messages(mailing, 2)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT FROM mailings_duemessage WHERE message_id = %s FOR UPDATE", [locked.id])
        settle()
        assert statuses(mailing) == {"pending": 1, "expired": 1}
    settle()
    assert statuses(mailing) == {"expired": 2}


# finish


def test_a_mailing_is_finished_when_every_message_is_final() -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="sent")
    make_message(mailing, status="failed")
    settle()
    mailing.refresh_from_db()
    assert mailing.status == "finished"
    assert mailing.finished_at is not None


def test_a_mailing_without_messages_is_finished() -> None:
    mailing = make_running_mailing()
    settle()
    mailing.refresh_from_db()
    assert mailing.status == "finished"


@pytest.mark.parametrize("status", ["pending", "sending"])
def test_a_mailing_is_not_finished_while_a_message_is_under_way(status: str) -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="sent")
    make_message(mailing, status=status)
    settle()
    mailing.refresh_from_db()
    assert (mailing.status, mailing.finished_at) == ("running", None)


@pytest.mark.parametrize("status", ["running", "paused"])
def test_a_mailing_is_not_finished_before_its_audience_is_written(status: str) -> None:
    mailing = make_mailing(status=status, audience_built_at=None, **ENDED)
    make_message(mailing, status="sent")
    settle()
    mailing.refresh_from_db()
    assert mailing.status == status


def test_a_mailing_is_not_cancelled_for_good_while_a_message_is_being_sent() -> None:
    mailing = make_mailing(status="cancelled")
    make_message(mailing, status="sending")
    settle()
    mailing.refresh_from_db()
    assert mailing.finished_at is None


def test_a_mailing_cancelled_before_its_audience_was_written_is_settled() -> None:
    mailing = make_mailing(status="cancelled", audience_built_at=None)
    make_message(mailing)
    settle()
    mailing.refresh_from_db()
    assert (mailing.status, mailing.finished_at is not None) == ("cancelled", True)


def test_the_settlement_leaves_a_scheduled_mailing_alone() -> None:
    mailing = make_mailing()
    settle()
    mailing.refresh_from_db()
    assert (mailing.status, mailing.finished_at) == ("scheduled", None)


# reschedule


def waits_until(message: Message) -> datetime:
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    return message.next_attempt_at


def in_hours(hours: int) -> time:
    return (now() + hours * HOUR).time().replace(second=0, microsecond=0)


def change_window(mailing: Mailing, *, opens: time | None, closes: time | None) -> None:
    update_mailing(mailing.id, window_from=opens, window_to=closes)
    settle()


def on_update(action: str) -> None:
    """Have the database do it for every message that is updated, until the test's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMP TABLE updates (id serial, mailing_id bigint);
            CREATE FUNCTION on_update() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN {action}; RETURN NEW; END $$;
            CREATE TRIGGER on_update BEFORE UPDATE ON mailings_message
              FOR EACH ROW EXECUTE FUNCTION on_update()
            """
        )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/Los_Angeles", "Pacific/Apia"])
@pytest.mark.parametrize(("opens", "closes"), [(3, 4), (12, 13), (20, 21)])
def test_first_attempts_move_to_the_openings_of_a_changed_window(zone: str, opens: int, closes: int) -> None:
    mailing = make_running_mailing()
    client = make_client(timezone=zone)
    message = make_message(mailing, client, next_attempt_at=LATER)
    here = now().astimezone(ZoneInfo(zone))
    edges = [(here + hours * HOUR).time().replace(second=0, microsecond=0) for hours in (opens, closes)]
    window = SendWindow(edges[0], edges[1])
    change_window(mailing, opens=window.opens, closes=window.closes)
    assert waits_until(message) == next_opening((window,), zone=ZoneInfo(zone), at=now())


def test_an_open_window_makes_first_attempts_due() -> None:
    mailing = make_running_mailing()
    message = make_message(mailing, make_client(timezone="UTC"), next_attempt_at=LATER)
    change_window(mailing, opens=in_hours(-1), closes=in_hours(1))
    assert waits_until(message) <= now()


def test_a_removed_window_makes_first_attempts_due() -> None:
    mailing = make_running_mailing(window_from=time(9), window_to=time(21))
    message = make_message(mailing, next_attempt_at=LATER)
    change_window(mailing, opens=None, closes=None)
    assert waits_until(message) <= now()


def retry(mailing: Mailing, *, retry_at: datetime, **fields: Any) -> Message:
    message = make_message(mailing, make_client(timezone="UTC"), attempts=2, **fields)
    for number, at in ((1, now() - HOUR), (2, retry_at)):
        Attempt.objects.create(
            message=message,
            mailing=mailing,
            number=number,
            at=now(),
            outcome="retry",
            reason="http_status",
            reason_number=429,
            retry_at=at,
        )
    return message


def test_a_retry_does_not_come_before_its_time() -> None:
    mailing = make_running_mailing(window_from=time(9), window_to=time(21))
    retry_at = now() + 2 * HOUR
    message = retry(mailing, retry_at=retry_at, next_attempt_at=LATER)
    change_window(mailing, opens=None, closes=None)
    assert waits_until(message) == retry_at


def test_a_retry_waits_for_the_opening_of_a_changed_window() -> None:
    mailing = make_running_mailing()
    message = retry(mailing, retry_at=now() + HOUR, next_attempt_at=now() + HOUR)
    change_window(mailing, opens=in_hours(3), closes=in_hours(5))
    opening = next_opening((SendWindow(in_hours(3), in_hours(5)),), zone=ZoneInfo("UTC"), at=now())
    assert waits_until(message) == opening


def test_a_changed_window_leaves_due_messages_to_the_engine() -> None:
    mailing = make_running_mailing()
    message = make_message(mailing)
    due_at = waits_until(message)
    change_window(mailing, opens=in_hours(3), closes=in_hours(5))
    assert waits_until(message) == due_at


def test_a_changed_window_leaves_the_messages_of_other_mailings_alone() -> None:
    other = make_message(next_attempt_at=LATER)
    change_window(make_running_mailing(), opens=in_hours(3), closes=in_hours(5))
    assert waits_until(other) == LATER


def test_the_settlement_looks_again_while_a_worker_may_know_the_old_window() -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="sending")
    change_window(mailing, opens=in_hours(3), closes=in_hours(5))
    late = make_message(mailing, make_client(timezone="UTC"), next_attempt_at=LATER)
    settle()
    opening = next_opening((SendWindow(in_hours(3), in_hours(5)),), zone=ZoneInfo("UTC"), at=now())
    assert waits_until(late) == opening


def test_a_look_begun_while_a_worker_knew_the_old_window_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settlement, "WINDOW_KNOWN_AFTER", timedelta(milliseconds=300))
    on_update("PERFORM pg_sleep(0.5)")
    mailing = make_running_mailing()
    make_message(mailing, make_client(timezone="UTC"), next_attempt_at=LATER)
    change_window(mailing, opens=in_hours(3), closes=in_hours(5))
    mailing.refresh_from_db()
    assert mailing.window_changed_at is not None
    settle()
    mailing.refresh_from_db()
    assert mailing.window_changed_at is None


def test_a_mailing_expires_while_a_large_mailing_is_rescheduled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement, "CHUNK_MESSAGES", 2)
    large, ended = make_running_mailing(), make_running_mailing(**ENDED)
    make_messages(large, 6, next_attempt_at=LATER)
    make_message(ended)
    on_update("INSERT INTO updates (mailing_id) VALUES (NEW.mailing_id)")
    change_window(large, opens=in_hours(3), closes=in_hours(5))
    with connection.cursor() as cursor:
        cursor.execute("SELECT mailing_id FROM updates ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == [large.id] * 2 + [ended.id] + [large.id] * 4


def test_a_changed_window_is_settled_in_the_end() -> None:
    mailing = make_running_mailing(window_changed_at=now() - HOUR)
    make_message(mailing, next_attempt_at=LATER)
    settle()
    mailing.refresh_from_db()
    assert mailing.window_changed_at is None


# remove


def test_a_deleted_mailing_is_removed_with_all_its_rows() -> None:
    mailing = make_running_mailing()
    one_of_each(mailing)
    message = make_message(mailing)
    Attempt.objects.create(message=message, mailing=mailing, number=1, at=now(), outcome="retry")
    Message.objects.filter(pk=message.pk).update(status="failed", next_attempt_at=None, reason="phone_wrong")
    delete_mailing(mailing.id)
    settle()
    models = (Mailing, Message, Attempt, MinuteCount, FailureCount)
    assert [model.objects.count() for model in models] == [0] * len(models)
    assert MessageCount.objects.filter(mailing__isnull=False).count() == 0
    assert stats.overall_counts()["messages"]["total"] == 0


def test_a_removal_leaves_other_mailings_alone() -> None:
    gone, stays = make_running_mailing(), make_running_mailing()
    for mailing in (gone, stays):
        make_messages(mailing, 3)
    delete_mailing(gone.id)
    settle()
    assert stats.message_counts([gone.id, stays.id]) == {
        gone.id: dict.fromkeys(["total", *Message.Status.values], 0),
        stays.id: dict.fromkeys(["total", *Message.Status.values], 0) | {"total": 3, "pending": 3},
    }


def test_a_deleted_mailing_is_removed_completely_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement, "CHUNK_MESSAGES", 2)
    monkeypatch.setattr(settlement, "ROUND_CHUNKS", 2)
    mailing = make_running_mailing()
    make_messages(mailing, 9)
    delete_mailing(mailing.id)
    settle()
    assert (Mailing.objects.count(), Message.objects.count()) == (0, 0)


def test_a_deleted_mailing_is_removed_while_a_worker_holds_its_messages() -> None:
    mailing = make_running_mailing()
    message = make_message(mailing, status="sending", batch_id=1)
    Batch.objects.create(claimed_by="worker", lease_expires_at=now() + HOUR, message_ids=[message.id])
    delete_mailing(mailing.id)
    settle()
    assert (Mailing.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_deleted_mailing_stays_hidden_while_a_worker_records_its_last_message() -> None:
    mailing = make_running_mailing()
    locked, _ = make_messages(mailing, 2)
    Message.objects.filter(pk=locked.pk).update(status="sending", next_attempt_at=None)
    delete_mailing(mailing.id)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT FROM mailings_message WHERE id = %s FOR UPDATE", [locked.id])
        settle()
        assert Mailing.objects.filter(deleted_at__isnull=False).count() == 1
        assert stats.overall_counts()["messages"]["total"] == 0
    settle()
    assert Mailing.objects.count() == 0


def test_a_deadline_that_comes_during_a_removal_waits_for_a_chunk_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settlement, "CHUNK_MESSAGES", 2)
    gone, ends = [make_running_mailing() for _ in range(3)], make_running_mailing()
    for mailing in gone:
        make_messages(mailing, 4)
        delete_mailing(mailing.id)
    make_message(ends)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMP TABLE left_when_expired (messages bigint);
            CREATE FUNCTION pass_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN UPDATE mailings_mailing SET end_at = now() WHERE id = {ends.id}; RETURN OLD; END $$;
            CREATE TRIGGER pass_deadline AFTER DELETE ON mailings_message
              FOR EACH ROW EXECUTE FUNCTION pass_deadline();
            CREATE FUNCTION note_expiry() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO left_when_expired SELECT count(*) FROM mailings_message; RETURN NEW; END $$;
            CREATE TRIGGER note_expiry AFTER UPDATE ON mailings_message
              FOR EACH ROW EXECUTE FUNCTION note_expiry()
            """
        )
        settle()
        cursor.execute("SELECT messages FROM left_when_expired")
        assert cursor.fetchall() == [(3 * 4 - 2 + 1,)]


def test_a_deleted_mailing_is_hidden_from_the_counts_at_once() -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    make_message(status="sent")
    delete_mailing(mailing.id)
    counts = stats.overall_counts()
    assert (counts["mailings"]["total"], counts["messages"]["total"]) == (1, 1)
