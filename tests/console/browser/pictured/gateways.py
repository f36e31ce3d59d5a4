"""Gateways and webhooks, and who may do what: keys, people, the audit log."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from notification_service.access.models import ApiKey
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.audit.origin import Origin, acting
from notification_service.mailings import lifecycle
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.console.browser.pictured.people import PERSON
from tests.factories import make_gateway, make_gateway_use
from tests.reasons import held_for, http_status


def make_gateways() -> None:
    """`main` is healthy, `backup` is held, not for the first time, `slow` allows little."""
    seen_at = timezone.now() + timedelta(hours=1)  # for as long as pictures take
    main = Gateway.objects.get(name="main")
    Gateway.objects.filter(pk=main.pk).update(max_requests_per_second=400)
    make_gateway_use(main, latency_ms=84, seen_at=seen_at)
    slow = make_gateway(name="slow", url="https://slow.example.com", priority=9, max_requests_per_second=0.4)
    make_gateway_use(slow, latency_ms=310, seen_at=seen_at)
    config = providers()["twilio"].config
    make_gateway(name="twilio", kind="http", url="https://api.twilio.com", config=config, priority=7)
    backup = make_backup()
    replace_receipt_key(backup.pk)
    for gateway in (backup, main):
        began_at = timezone.now() - timedelta(minutes=36)
        ended_at = began_at + timedelta(minutes=12)
        GatewayIncident.objects.create(
            gateway=gateway, began_at=began_at, ended_at=ended_at, holds=14, reason="response_timeout"
        )


def make_backup() -> Gateway:
    limits = {"max_requests_per_second": 50, "max_concurrency": 20, "request_timeout_seconds": 5}
    backup = make_gateway(name="backup", url="https://sms.example.com", priority=5, **limits)
    held = {"held_at": timezone.now() - timedelta(minutes=12), **held_for(http_status(401))}
    Gateway.objects.filter(pk=backup.pk).update(**held)
    return backup


def make_webhooks(mailing: Mailing) -> Webhook:
    """One that works, with a moment when it did not; and one that the service has disabled."""
    webhook, _ = create_webhook(
        url="https://8.8.8.8/hooks/crm?key=1", events=["mailing.started", "messages.final"]
    )
    gone, _ = create_webhook(url="https://8.8.4.4/old", events=["client.opted_out"])
    disabled = {"enabled": False, "disabled_by": "failing", "disabled_at": timezone.now()}
    Webhook.objects.filter(pk=gone.pk).update(**disabled)
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


def make_keys() -> None:
    for name, scope, pii in (
        ("shop", "write", True),
        ("login page", "send", True),
        ("dashboard", "read", False),
        ("deployment", "admin", True),
    ):
        ApiKey.issue(name=name, scope=scope, pii=pii, expires_days=90 if pii else None)


def make_people() -> User:
    for username, full_name, role in (("anna", "Anna Petrova", "operator"), ("boris", "Борис Ли", "viewer")):
        person = User.objects.create_user(username, first_name=full_name, last_login=timezone.now())
        person.groups.add(Group.objects.get(name=role))
    return User.objects.get(username="anna")


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
