"""Mailings in every state, with what became of their messages; texts and single messages."""

import random
from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from notification_service.directory.models import Client
from notification_service.mailings.contact_hours import hours_of
from notification_service.mailings.models import Gateway, Mailing, Message, MinuteCount, SentTexts
from notification_service.mailings.receipts import Receipt, record_receipts
from notification_service.mailings.send_window import next_opening
from notification_service.mailings.templates import create_template, update_template
from tests.console.browser.pictured.people import ZONES
from tests.factories import make_attempt, make_mailing, make_running_mailing, make_single
from tests.reasons import http_status

CHOICE = random.Random(0)
RECEIPT_REASONS = ("absent subscriber", "the inbox is full")


def make_parcels(clients: Sequence[Client], gateway: Gateway) -> Mailing:
    """It has ended, and the provider has told what arrived of it."""
    mailing = make_running_mailing(
        name="Parcels", text="Your parcel waits at the counter until Friday.", topic="service"
    )
    write_messages(mailing, clients, {"sent": 1})
    Message.objects.filter(mailing=mailing).update(gateway=gateway)
    record_receipts(gateway.pk, list(receipts_of(mailing)))
    ended = {"status": "finished", "finished_at": timezone.now()}
    Mailing.objects.filter(pk=mailing.pk).update(**ended)
    return mailing


def receipts_of(mailing: Mailing) -> Iterator[Receipt]:
    """Of ten messages eight arrived, one did not, and nothing is known of one."""
    ids = Message.objects.filter(mailing=mailing).order_by("pk").values_list("pk", flat=True)
    for place, pk in enumerate(ids):
        if place % 10 < 8:
            yield Receipt("delivered", message_id=pk)
        elif place % 10 == 8:
            yield Receipt("undelivered", message_id=pk, reason=RECEIPT_REASONS[place % 20 < 10])


def make_price_list(clients: Sequence[Client]) -> None:
    """It is paused, and its end is near."""
    mailing = make_running_mailing(
        name="Price list",
        text="The new price list is out.",
        status="paused",
        end_at=timezone.now() + timedelta(minutes=40),
    )
    write_messages(mailing, clients, {"sent": 0.3, "pending": 0.7})


def make_sale() -> Mailing:
    """It waits for the hours of its clients, who are in five zones."""
    opens = (
        timezone.now().astimezone(ZoneInfo(ZONES[-1])).hour + 1
    ) % 24  # where it is latest: they all wait
    return make_running_mailing(
        name="Spring sale",
        text="{{name|Здравствуйте}}! До воскресенья скидка 20 % на всё. Ждём вас.",
        window_from=time(opens),
        window_to=time((opens + 12) % 24),
        tags=["vip"],
        topic="offers",
        excluded_opted_out=5,
    )


def make_contracts(clients: Sequence[Client]) -> Mailing:
    """It ended before all was sent."""
    now = timezone.now()
    mailing = make_running_mailing(
        name="Contracts",
        text="Договор продлён до конца года.",
        status="finished",
        finished_at=now,
        started_at=now - timedelta(hours=1),
    )
    write_messages(mailing, clients, {"sent": 0.2, "failed": 0.1, "expired": 0.7})
    return mailing


def make_reminder(clients: Sequence[Client], gateway: Gateway) -> Mailing:
    """Its gateway is too slow for what is left of its time."""
    began = timezone.now() - timedelta(minutes=40)
    mailing = make_running_mailing(
        name="Payment reminder",
        text="The payment for November is due tomorrow.",
        gateway=gateway,
        start_at=began,
        started_at=began,
        end_at=timezone.now() + timedelta(minutes=20),
        ignores_contact_hours=True,
    )
    write_messages(mailing, clients, {"sent": 0.5, "pending": 0.5}, waits=False)
    return mailing


def make_maintenance() -> None:
    starts = timezone.now() + timedelta(hours=5)
    text = "Maintenance tonight from 02:00 to 04:00."
    make_mailing(name="Maintenance", text=text, start_at=starts, spread_minutes=90, topic="service")


def make_templates() -> int:
    """Two, one of them with versions; the id of that one."""
    create_template(name="Parcel", text="Your parcel waits at the counter until {{until}}.")
    welcome = create_template(name="Welcome", text="Welcome!")
    update_template(welcome.pk, text="Welcome, {{name}}!")
    update_template(welcome.pk, text="Welcome, {{name|dear friend}}! Your city: {{city|not known}}.")
    return welcome.pk


def make_proved(sale: Mailing) -> Message:
    """One that was sent at the second attempt, with what it said."""
    message = Message.objects.filter(mailing=sale, status="sent")[0]
    again = {"http_status": 503, "response": "the queue is full", "retry_at": message.created_at}
    make_attempt(message, **again)
    Message.objects.filter(pk=message.pk).update(attempts=2, gateway=Gateway.objects.get(name="main"))
    text = "Anna! До воскресенья скидка 20 % на всё. Ждём вас."
    ids = {"message_ids": [message.pk], "first_id": message.pk, "last_id": message.pk}
    SentTexts.objects.create(mailing_id=sale.pk, texts=[text], **ids)
    return message


def make_singles(client: Client) -> Message:
    """A code that was sent, and one that waits."""
    make_single(phone="79035550199", reference="login-2")
    fields: dict[str, Any] = {"status": "sent", "attempts": 1, "sent_at": timezone.now()}
    return make_single(client=client, reference="login-1", **fields)


def write_messages(
    mailing: Mailing, clients: Sequence[Client], shares: dict[str, float], *, waits: bool = True
) -> None:
    """As the engine leaves them; by updates, which the counters see."""
    now = timezone.now()
    opens = {zone: _opening(mailing, zone) if waits else now for zone in ZONES}
    made = [
        Message(
            mailing=mailing, client=c, status="pending", created_at=now, next_attempt_at=opens[c.timezone]
        )
        for c in clients
    ]
    Message.objects.bulk_create(made)
    left = [message.pk for message in made]
    for status, share in shares.items():
        count = round(share * len(clients))
        settle(left[:count], status)
        left = left[count:]
    spread_over_minutes(mailing)


def _opening(mailing: Mailing, zone: str) -> Any:
    return next_opening(hours_of(mailing), zone=ZoneInfo(zone), at=timezone.now().replace(microsecond=0))


def settle(ids: list[int], status: str) -> None:
    if status == "pending":
        return
    whys: dict[str, dict[str, Any]] = {
        "failed": http_status(400).columns,
        "expired": {"reason": "deadline_passed", "error": "response_timeout"},
    }
    sent_at = timezone.now() if status == "sent" else None
    changed = {"status": status, "next_attempt_at": None, "attempts": 1, "sent_at": sent_at}
    messages = Message.objects.filter(pk__in=ids)
    messages.update(**changed, **whys.get(status, {}))
    if status == "failed":
        for place, message in enumerate(messages):
            refuse(message, ("phone is blacklisted", "no such subscriber")[place % 3 == 0])


def refuse(message: Message, said: str) -> None:
    response = f'{{"code": 127, "message": "{said}"}}'
    make_attempt(message, outcome="failed", http_status=400, response=response, **http_status(400).columns)


def spread_over_minutes(mailing: Mailing) -> None:
    """What was counted in this minute, as if it had taken the last forty."""
    minute = timezone.now().replace(second=0, microsecond=0)
    row = MinuteCount.objects.filter(mailing=mailing).first()
    assert row is not None
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mailings_minutecount WHERE mailing_id = %s", [mailing.pk])
    for ago, sent in enumerate(shares_of(row.sent)):
        MinuteCount.objects.create(
            mailing=mailing,
            minute=minute - timedelta(minutes=ago),
            slot=0,
            sent=sent,
            failed=row.failed // 6 if ago % 7 == 0 else 0,
            retried=int(ago % 5 == 0),
        )


def shares_of(total: int) -> list[int]:
    """Forty numbers, some larger, that make the total."""
    weights = [4 + CHOICE.randrange(4) for _ in range(40)]
    ends = [round(total * part / sum(weights)) for part in accumulate(weights)]
    return [end - start for start, end in pairwise([0, *ends])]
