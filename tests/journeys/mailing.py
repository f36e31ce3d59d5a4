"""Mailings for journeys, and the rules that every one of them must have kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from notification_service.directory.models import Client
from notification_service.mailings import lifecycle, stats
from notification_service.mailings.models import Batch, Mailing, Message
from tests.journeys.service import Service, wait_until

ZONES = ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Kamchatka")
FINAL = {"sent", "failed", "expired", "cancelled", "unknown"}


def make_clients(count: int, *, zones: Sequence[str] = ZONES) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_client"
            " (phone, operator_code, tag, timezone, attributes, created_at, updated_at)"
            " SELECT (79000000000 + n)::text, '900', '', (%(zones)s::text[])[1 + n %% %(modulus)s],"
            " '{}', now(), now()"
            " FROM generate_series(1, %(count)s) AS n",
            {"zones": list(zones), "modulus": len(zones), "count": count},
        )


def start_mailing(**changes: Any) -> Mailing:
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "text": "Здравствуйте!",
        "start_at": now,
        "end_at": now + timedelta(hours=1),
        "operator_codes": [],
        "tags": [],
        "window_from": None,
        "window_to": None,
        "on_unknown": "send_again",
    }
    return lifecycle.create_mailing(**fields | changes)


def sent(mailing: Mailing) -> int:
    return stats.message_counts([mailing.pk])[mailing.pk]["sent"]


def wait_until_finished(mailing: Mailing, *, seconds: float = 90) -> dict[str, int]:
    """Wait for the mailing's end; answer its counts."""
    wait_until(lambda: _status(mailing) == "finished", seconds=seconds, what="the mailing being finished")
    return stats.message_counts([mailing.pk])[mailing.pk]


def _status(mailing: Mailing) -> str:
    mailing.refresh_from_db(fields=["status"])
    return mailing.status


def check_rules(mailing: Mailing, service: Service) -> None:
    """What holds for every finished mailing, whatever died on the way (rules 1, 3, 7, 8, 9)."""
    messages = {message.pk: message for message in Message.objects.filter(mailing=mailing)}
    phones = dict(Client.objects.values_list("pk", "phone"))
    everything = service.requests()
    assert everything.keys() <= set(Message.objects.values_list("pk", flat=True))
    requests = {message_id: everything[message_id] for message_id in everything.keys() & messages.keys()}
    assert {message.client_id for message in messages.values()} == set(phones)
    assert {message.status for message in messages.values()} <= FINAL
    for message_id, received in requests.items():
        message = messages[message_id]
        assert message.client_id is not None
        assert {request.phone for request in received} == {phones[message.client_id]}
        latest = max(request.received_at for request in received)
        assert latest < mailing.end_at.timestamp()
        if message.sent_at is not None:
            late = latest - message.sent_at.timestamp()
            assert late <= 0, f"request {len(received)} came {late:.6f} s after a recorded success"
    counted = Counter(message.status for message in messages.values())
    counts = stats.message_counts([mailing.pk])[mailing.pk]
    assert {status: n for status, n in counts.items() if n and status != "total"} == counted
    wait_until(lambda: not Batch.objects.exists(), what="every claim being closed")


def window_around_now(zone_offset_hours: int, *, hours: int = 2) -> tuple[time, time]:
    """A window of local time that is open now where the offset is `zone_offset_hours`."""
    local = datetime.now(UTC) + timedelta(hours=zone_offset_hours)
    opens, closes = local - timedelta(hours=hours / 2), local + timedelta(hours=hours / 2)
    return opens.time().replace(microsecond=0), closes.time().replace(microsecond=0)
