"""`make screenshots`: every screen, light and dark, wide and narrow, from a seeded run."""

import os
import random
from datetime import time, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.audit.origin import Origin, acting
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings import lifecycle
from notification_service.mailings.contact_hours import hours_of
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing, Message, MinuteCount
from notification_service.mailings.send_window import next_opening
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.console.browser.conftest import log_in
from tests.factories import (
    make_attempt,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_running_mailing,
)
from tests.reasons import held_for, http_status

FOLDER = Path(os.environ.get("SCREENSHOTS", "docs/screenshots"))
SIZES = {"wide": (1440, 880), "narrow": (375, 800)}
ZONES = ["Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk"]
CHOICE = random.Random(0)
PERSON = Origin("person", 7, "anna", "203.0.113.7", "console", "0f8fad5bd9cb469fa16570867728950e")


def test_every_screen_has_its_screenshot_taken(page: Any) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.goto("/login/")
    shoot(page, "login")
    log_in(page, "administrator")
    shoot(page, "empty")
    for name, path in seeded_screens().items():
        page.goto(path)
        if name == "new":
            page.get_by_label("Text").fill("Здравствуйте! До воскресенья скидка 20 % на всё. Ждём вас.")
            page.get_by_text("SMS in all, about").wait_for()
        shoot(page, name)
        if name == "new":
            page.get_by_role("button", name="Check before sending").click()
            page.get_by_role("heading", name="Check before sending").wait_for()
            shoot(page, "check")
    page.set_viewport_size({"width": 1440, "height": 880})
    page.goto("/mailings/4/")
    page.get_by_role("button", name="RU").click()
    page.screenshot(path=FOLDER / "mailing-ru.png", animations="disabled")


def shoot(page: Any, name: str) -> None:
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark")
            page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", animations="disabled")


def make_webhooks(mailing: Mailing) -> Webhook:
    """One that works, with a moment when it did not; and one that the service has disabled."""
    webhook, _ = create_webhook(
        url="https://8.8.8.8/hooks/crm?key=1", events=["mailing.started", "messages.final"]
    )
    gone, _ = create_webhook(url="https://8.8.4.4/old", events=["client.opted_out"])
    Webhook.objects.filter(pk=gone.pk).update(
        enabled=False, disabled_by="failing", disabled_at=timezone.now()
    )
    for number in range(7):
        event = "messages.final" if number else "mailing.started"
        made = {
            "webhook": webhook,
            "event": event,
            "queue": mailing.pk,
            "ids": list(range(1000 - 7 * number)),
        }
        ended = {"status": "delivered", "ended_at": timezone.now(), "http_status": 204, "attempts": 1}
        WebhookDelivery.objects.create(**made, **ended if number < 6 else failed_once())
    return webhook


def failed_once() -> dict[str, Any]:
    at = timezone.now()
    return {
        "attempts": 1,
        "attempted_at": at,
        "next_attempt_at": at + timedelta(seconds=40),
        "http_status": 503,
        "response": "busy",
        **http_status(503).columns,
    }


def seeded_screens() -> dict[str, str]:
    clients = make_directory(600)
    now = timezone.now()
    old = make_running_mailing(text="Your parcel waits at the counter until Friday.", status="finished")
    write_messages(old, clients[:200], {"sent": 1})
    make_mailing(text="Maintenance tonight from 02:00 to 04:00.", start_at=now + timedelta(hours=5))
    paused = make_running_mailing(
        text="The new price list is out.", status="paused", end_at=now + timedelta(minutes=40)
    )
    write_messages(paused, clients[:300], {"sent": 0.3, "pending": 0.7})
    opens = (now.astimezone(ZoneInfo(ZONES[-1])).hour + 1) % 24  # where it is latest: they all wait
    sale = make_running_mailing(
        text="Здравствуйте! До воскресенья скидка 20 % на всё. Ждём вас.",
        window_from=time(opens),
        window_to=time((opens + 12) % 24),
        tags=["vip"],
    )
    lost = make_running_mailing(
        text="Договор продлён до конца года.",
        status="finished",
        finished_at=now,
        started_at=now - timedelta(hours=1),
    )
    write_messages(lost, clients[:240], {"sent": 0.2, "failed": 0.1, "expired": 0.7})
    write_messages(sale, clients, {"sent": 0.62, "failed": 0.02, "sending": 0.03, "pending": 0.33})
    backup = make_gateways()
    webhook = make_webhooks(sale)
    record_heartbeat("worker1@vm:1", silent_seconds=0)
    connection.cursor().execute("UPDATE mailings_worker SET seen_at = now() + interval '1 hour'")
    message = Message.objects.filter(mailing=sale, status="sent")[0]
    make_attempt(message, http_status=503, response="the queue is full", retry_at=now)
    entry = told(sale)
    one = f"/mailings/{sale.pk}/"
    return {
        "overview": "/",
        "mailings": "/mailings/",
        "mailing": one,
        "cancel": f"{one}cancel/",
        "not-sent": f"/mailings/{lost.pk}/",
        "again": f"/mailings/new/?from={lost.pk}&outcome_of=failed,expired",
        "new": "/mailings/new/",
        "messages": "/messages/",
        "message": f"/messages/{message.pk}/",
        "clients": "/clients/",
        "client": f"/clients/{message.client_id}/",
        "client-edit": f"/clients/{message.client_id}/edit/",
        "client-delete": f"/clients/{message.client_id}/delete/",
        **{f"import-{name}": path for name, path in uploads().items()},
        "imports": "/clients/imports/",
        "gateways": "/settings/gateways/",
        "webhooks": "/settings/webhooks/",
        "webhook": f"/settings/webhooks/{webhook.pk}/",
        "webhook-new": "/settings/webhooks/new/",
        "incidents": f"/settings/gateways/{backup.pk}/incidents/",
        "gateway": f"/settings/gateways/{backup.pk}/",
        "people": "/settings/people/",
        "keys": "/settings/keys/",
        "audit": "/settings/audit/",
        "audit-entry": f"/settings/audit/{entry.pk}/",
    }


def told(mailing: Mailing) -> Entry:
    """Some of what a day leaves in the audit log; the entry of a change."""
    shop = Origin("key", 3, "shop", "198.51.100.20", "api", "asked-1")
    with acting(lambda: shop):
        record(Action.MAILING_CREATED, object_id=mailing.pk, changes={"text": (None, mailing.text)})
    record(Action.MAILING_STARTED, object_id=mailing.pk)
    with acting(lambda: Origin("command", None, "ops", None, "manage.py gateway on web-1")):
        changes = {"max_concurrency": (None, 200), "token": ("hidden", "hidden")}
        record(Action.GATEWAY_CHANGED, object_id=1, object_name="main", changes=changes)
    with acting(lambda: PERSON):
        record(Action.CLIENTS_EXPORTED, filters={"tag": "vip", "phone": "7916***"})
        lifecycle.update_mailing(mailing.pk, text=f"{mailing.text} До встречи!", failover=True)
    return Entry.objects.latest("pk")


def uploads() -> dict[str, str]:
    """One to be started, one that runs, one that has ended."""
    made: dict[str, ClientUpload] = {}
    zones = ["Москва", "Москва", "Екатеринбург", "МСК", "Asia/Omsk"]
    rows = [f"+7 (916) {n // 100:03}-{n % 100:02}-07;{zones[n % 5]};vip;Анна" for n in range(400)]
    rows[20:20] = ["8916;Москва;vip;Борис", "8 916 123-45-67;UTC+3;vip;Вера", "9161234568;;vip;Глеб"]
    for status, file_name in {
        "ready": "декабрь.csv",
        "running": "регионы.csv",
        "finished": "ноябрь.csv",
    }.items():
        with acting(lambda: PERSON):
            arrival = IncomingFile(file_name=file_name, by="anna")
            arrival.write(
                "\n".join(["Номер телефона;Часовой пояс;Метки;Имя", *rows, f"{len(made)}"]).encode()
            )
            made[status] = arrival.finish()
    now = timezone.now()
    taken = {"started_at": now, "started_by": "anna", "created": 25_000, "updated": 812, "rejected": 3}
    uploads = ClientUpload.objects.filter(pk=made["running"].pk)
    uploads.update(status="running", bytes_done=made["running"].size * 2 // 5, **taken)
    ended = {"status": "finished", "finished_at": now, "unchanged": 1_204, "rejected_kept": 3}
    ClientUpload.objects.filter(pk=made["finished"].pk).update(**ended, **taken)
    return {status: f"/clients/imports/{upload.pk}/" for status, upload in made.items()}


def make_gateways() -> Gateway:
    """`main` is healthy; the other is held, and limited, and has been held before."""
    seen_at = timezone.now() + timedelta(hours=1)  # for as long as pictures take
    make_gateway_use(Gateway.objects.get(name="main"), latency_ms=84, seen_at=seen_at)
    limits = {"max_requests_per_second": 50, "max_concurrency": 20, "request_timeout_seconds": 5}
    backup = make_gateway(name="backup", url="https://sms.example.com", priority=5, **limits)
    ago = timedelta(minutes=12)
    for gateway in (backup, Gateway.objects.get(name="main")):
        began_at = timezone.now() - 3 * ago
        GatewayIncident.objects.create(
            gateway=gateway, began_at=began_at, ended_at=began_at + ago, holds=14, reason="response_timeout"
        )
    held = {"held_at": timezone.now() - ago, **held_for(http_status(401))}
    Gateway.objects.filter(pk=backup.pk).update(**held)
    backup.refresh_from_db()
    return backup


def make_directory(count: int) -> list[Client]:
    rows = [
        Client(
            phone=str(79160000000 + 7919 * n), operator_code="916", tag="vip", timezone=ZONES[n % len(ZONES)]
        )
        for n in range(count)
    ]
    return Client.objects.bulk_create(rows)


def write_messages(mailing: Mailing, clients: list[Client], shares: dict[str, float]) -> None:
    """As the engine leaves them; by updates, which the counters see."""
    now = timezone.now()
    waiting = {
        zone: next_opening(hours_of(mailing), zone=ZoneInfo(zone), at=now.replace(microsecond=0))
        for zone in ZONES
    }
    made = [
        Message(
            mailing=mailing, client=c, status="pending", created_at=now, next_attempt_at=waiting[c.timezone]
        )
        for c in clients
    ]
    Message.objects.bulk_create(made)
    left = [message.pk for message in made]
    for status, share in shares.items():
        some, left = left[: round(share * len(clients))], left[round(share * len(clients)) :]
        settle(some, status)
    spread_over_minutes(mailing)


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
            said = ("phone is blacklisted", "no such subscriber")[place % 3 == 0]
            response = f'{{"code": 127, "message": "{said}"}}'
            make_attempt(
                message, outcome="failed", http_status=400, response=response, **http_status(400).columns
            )


def spread_over_minutes(mailing: Mailing) -> None:
    """What was counted in this minute, as if it had taken the last forty."""
    minute = timezone.now().replace(second=0, microsecond=0)
    row = MinuteCount.objects.filter(mailing=mailing).first()
    assert row is not None
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mailings_minutecount WHERE mailing_id = %s", [mailing.pk])
    for ago, sent in enumerate(shares(row.sent)):
        MinuteCount.objects.create(
            mailing=mailing,
            minute=minute - timedelta(minutes=ago),
            slot=0,
            sent=sent,
            failed=row.failed // 6 if ago % 7 == 0 else 0,
            retried=int(ago % 5 == 0),
        )


def shares(total: int) -> list[int]:
    """Forty numbers, some larger, that make the total."""
    weights = [4 + CHOICE.randrange(4) for _ in range(40)]
    ends = [round(total * part / sum(weights)) for part in accumulate(weights)]
    return [end - start for start, end in pairwise([0, *ends])]
