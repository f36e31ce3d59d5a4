"""Mailings are kept as long as the settings say, and leave exact counts behind."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from notification_service.mailings import retention, stats, tasks
from notification_service.mailings.models import (
    Attempt,
    FailureCount,
    Gateway,
    InboundMessage,
    Mailing,
    Message,
    MinuteCount,
    ProviderMessage,
)
from notification_service.mailings.settlement import settle
from notification_service.mailings.sql import sql
from tests.factories import (
    make_attempt,
    make_clients_in_bulk,
    make_mailing,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

pytestmark = pytest.mark.django_db


def make_ended_mailing(days: float, *, status: str = "finished", messages: int = 3, **fields: Any) -> Mailing:
    mailing = make_mailing(status=status, finished_at=now() - timedelta(days=days), **fields)
    make_messages(mailing, messages, status="sent")
    return mailing


def retire(action: str, *, days: int = 30) -> None:
    for _ in retention.retire(days=days, action=action):
        pass


def by_counters() -> dict[str, int]:
    return stats.overall_counts()["messages"]


def by_rows() -> dict[str, int]:
    counts = {status: Message.objects.filter(status=status).count() for status in Message.Status.values}
    return {"total": sum(counts.values()), **counts}


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_an_old_mailing_is_removed_with_all_its_rows(status: str) -> None:
    mailing = make_ended_mailing(31, status=status)
    make_attempt(make_message(mailing, status="failed", **http_status(400).columns))
    retire("remove")
    models = (Mailing, Message, Attempt, MinuteCount, FailureCount)
    assert [model.objects.count() for model in models] == [0] * len(models)
    assert by_counters() == by_rows()


@pytest.mark.parametrize("action", retention.ACTIONS)
def test_younger_and_unfinished_mailings_are_kept(action: str) -> None:
    kept = [make_ended_mailing(29), make_running_mailing(), make_mailing()]
    make_messages(kept[1], 2)
    retire(action)
    assert set(Mailing.objects.filter(anonymised_at=None)) == set(kept)
    assert Message.objects.filter(client=None).count() == 0
    assert by_counters() == by_rows()


def test_an_anonymised_mailing_keeps_its_counts_and_forgets_the_people() -> None:
    mailing = make_ended_mailing(31, text="Dear Ivan", tags=["ivan"])
    make_attempt(
        make_message(mailing, status="failed", **http_status(400).columns), response="79001234567 is unknown"
    )
    before = stats.message_counts([mailing.id])
    retire("anonymise")
    mailing.refresh_from_db()
    assert (mailing.text, mailing.tags, mailing.anonymised_at is not None) == (
        "(removed)",
        ["(removed)"],
        True,
    )
    assert set(Message.objects.values_list("client", flat=True)) == {None}
    assert list(Attempt.objects.values_list("response", flat=True)) == [""]
    assert stats.message_counts([mailing.id]) == before
    assert by_counters() == by_rows()


def test_an_anonymised_mailing_is_not_anonymised_again() -> None:
    make_ended_mailing(31)
    retire("anonymise")
    assert list(retention.retire(days=30, action="anonymise")) == []


def test_an_anonymised_mailing_may_be_removed_later() -> None:
    make_ended_mailing(31)
    retire("anonymise")
    retire("remove")
    assert (Mailing.objects.count(), Message.objects.count()) == (0, 0)


def test_a_stopped_anonymisation_continues_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK_MESSAGES", 2)
    mailing = make_ended_mailing(31, messages=5)
    next(retention.retire(days=30, action="anonymise"))
    assert Message.objects.filter(client=None).count() == 2
    assert list(retention.old_mailings(days=30, action="anonymise")) == [mailing]
    retire("anonymise")
    assert Message.objects.filter(client=None).count() == 5


def test_no_chunk_reads_the_messages_that_are_already_anonymised() -> None:
    make_clients_in_bulk(20_000)
    mailing = make_mailing(status="finished")
    make_messages_in_bulk(mailing, status="sent")
    make_messages_in_bulk(make_mailing(status="finished"), status="sent")  # else each client's are as few
    Message.objects.filter(pk__lte=Message.objects.order_by("pk")[15_000].pk).update(client=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailings_message")  # as autovacuum does in its time; a plan depends on it
        explain = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql.text('retention/forget_clients')}"
        cursor.execute(explain, {"mailing_id": mailing.pk, "partition": 0, "limit": 1000})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using message_once_per_client" in plan
    assert "Rows Removed" not in plan


def test_the_settlement_completes_a_stopped_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notification_service.mailings.settlement.CHUNK_MESSAGES", 2)
    make_ended_mailing(31, messages=5)
    next(retention.retire(days=30, action="remove"))
    assert (Message.objects.count(), by_counters()["total"]) == (3, 0)
    settle()
    assert (Mailing.objects.count(), by_counters()) == (0, by_rows())


def test_the_settings_decide_age_and_action_of_retention(settings: LazySettings) -> None:
    make_ended_mailing(31)
    settings.RETENTION_DAYS = 0
    tasks.retire()
    assert Mailing.objects.count() == 1
    settings.RETENTION_DAYS, settings.RETENTION_ACTION = 30, "remove"
    tasks.retire()
    assert Mailing.objects.count() == 0


def test_old_ids_of_providers_and_old_replies_are_deleted(settings: LazySettings) -> None:
    settings.RETENTION_DAYS = 10
    main = Gateway.objects.get(name="main")
    for days in (29, 31):
        at = now() - timedelta(days=days)
        ProviderMessage.objects.create(gateway=main, provider_id=str(days), message_id=1, at=at)
    for days in (9, 11):
        at = now() - timedelta(days=days)
        InboundMessage.objects.create(phone="79161234567", text="x", at=at, received_at=at)
    retention.sweep()
    assert list(ProviderMessage.objects.values_list("provider_id", flat=True)) == ["29"]
    assert InboundMessage.objects.get().received_at > now() - timedelta(days=10)


def test_a_dry_run_of_the_command_shows_what_would_be_removed() -> None:
    make_ended_mailing(31)
    out = StringIO()
    call_command("remove_old_mailings", older_than=30, dry_run=True, stdout=out)
    assert out.getvalue() == "would remove: 1 mailings, 3 messages\n"
    assert Mailing.objects.count() == 1


def test_the_command_removes_every_old_mailing() -> None:
    make_ended_mailing(31)
    out = StringIO()
    call_command("remove_old_mailings", older_than=30, stdout=out)
    assert (out.getvalue(), Mailing.objects.count()) == ("remove: 1 mailings, 3 messages\n", 0)


def test_the_command_needs_an_age() -> None:
    with pytest.raises(CommandError, match="RETENTION_DAYS is 0"):
        call_command("remove_old_mailings")
