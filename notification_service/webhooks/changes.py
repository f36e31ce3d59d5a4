"""The only writer of webhooks, as people and programs change them."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.gateways.tokens import decrypt_token, encrypt_token
from notification_service.mailings.wake_up import WEBHOOKS, wake_up
from notification_service.webhooks.address import InvalidWebhook, check_webhook_url
from notification_service.webhooks.events import TEST, TESTS, Event
from notification_service.webhooks.models import Webhook, WebhookDelivery
from notification_service.webhooks.signing import new_secret

OLD_SECRET_SIGNS = timedelta(hours=24)
MOST_WEBHOOKS = 100
By = Webhook.DisabledBy

log = structlog.get_logger(__name__)


class WebhookDisabled(Exception):  # noqa: N818
    """Nothing is sent to it; `args[0]` says so to a person."""


class TooManyWebhooks(Exception):  # noqa: N818
    """Each costs something whenever something happens; `args[0]` says so to a person."""


def create_webhook(*, url: str, events: list[str], enabled: bool = True) -> tuple[Webhook, str]:
    """Return it with its secret, which is shown this once. Raises InvalidWebhook, TooManyWebhooks."""
    _check(url=url, events=events)
    with transaction.atomic():
        if Webhook.objects.alive().count() >= MOST_WEBHOOKS:
            raise TooManyWebhooks(f"There are {MOST_WEBHOOKS} webhooks, and there can be no more.")
        secret = new_secret()
        webhook = Webhook(url=url, events=_sorted(events), secret_encrypted=encrypt_token(secret))
        _switch(webhook, enabled=enabled)
        webhook.save(force_insert=True)
        webhook.refresh_from_db()
        given = {"url": (None, url), "events": (None, webhook.events), "enabled": (None, enabled)}
        record(Action.WEBHOOK_CREATED, object_id=webhook.pk, object_name=_shown(url), changes=given)
        log.info("webhook created", webhook_id=webhook.pk)
    return webhook, secret


def update_webhook(webhook_id: int, *, expected: Versions = None, **changes: Any) -> Webhook:
    """Change `url`, `events`, `enabled`. What waits goes to the new URL, and is tried for three days anew.

    Raises Webhook.DoesNotExist, InvalidWebhook, Stale.
    """
    _check(**changes)
    if "events" in changes:
        changes["events"] = _sorted(changes["events"])
    with transaction.atomic():
        webhook = _locked(webhook_id)
        differing = {name: value for name, value in changes.items() if getattr(webhook, name) != value}
        if not differing:
            return webhook
        check_version(webhook, expected)
        difference = {name: (getattr(webhook, name), value) for name, value in differing.items()}
        _set(webhook, differing)
        record(
            Action.WEBHOOK_CHANGED, object_id=webhook_id, object_name=_shown(webhook.url), changes=difference
        )
        log.info("webhook changed", webhook_id=webhook_id, fields=sorted(differing))
    return webhook


@transaction.atomic
def delete_webhook(webhook_id: int, *, expected: Versions = None) -> None:
    """Send nothing more to it; its deliveries are removed in the background.

    Raises Webhook.DoesNotExist, Stale.
    """
    webhook = _locked(webhook_id)
    check_version(webhook, expected)
    webhook.enabled, webhook.deleted_at = False, Now()
    webhook.save()
    record(Action.WEBHOOK_DELETED, object_id=webhook_id, object_name=_shown(webhook.url))
    log.info("webhook deleted", webhook_id=webhook_id)


@transaction.atomic
def rotate_secret(webhook_id: int) -> tuple[Webhook, str]:
    """Return a new secret, shown this once. The old one signs beside it for a day.

    Raises Webhook.DoesNotExist.
    """
    webhook, secret = _locked(webhook_id), new_secret()
    webhook.old_secret_encrypted, webhook.old_secret_until = (
        webhook.secret_encrypted,
        Now() + OLD_SECRET_SIGNS,
    )
    webhook.secret_encrypted, webhook.updated_at = encrypt_token(secret), Now()
    webhook.save()
    webhook.refresh_from_db()
    record(Action.WEBHOOK_SECRET_ROTATED, object_id=webhook_id, object_name=_shown(webhook.url))
    return webhook, secret


def digest_of(secret: str) -> str:
    """Return what may be kept of a secret: it has too many bits to be guessed."""
    return sha256(secret.encode()).hexdigest()


def secret_with(digest: str, webhook: Webhook) -> str | None:
    """Return the present secret if it is the one with this digest. Raises GatewayUnusable."""
    secret = decrypt_token(bytes(webhook.secret_encrypted))
    return secret if digest_of(secret) == digest else None


@transaction.atomic
def test_webhook(webhook_id: int) -> WebhookDelivery:
    """Have one event sent, once, also to a webhook that is disabled. Raises Webhook.DoesNotExist."""
    webhook = _locked(webhook_id)
    made = WebhookDelivery.objects.create(
        webhook=webhook, event=TEST, queue=TESTS, data={"webhook": webhook.pk}
    )
    made.refresh_from_db()
    record(Action.WEBHOOK_TESTED, object_id=webhook_id, object_name=_shown(webhook.url))
    wake_up(WEBHOOKS)
    return made


@transaction.atomic
def redeliver(webhook_id: int, *, ids: list[int] | None = None, since: datetime | None = None) -> int:
    """Send deliveries again: these, or all that failed of what happened since. Return how many.

    What waits already is counted, and is sent now. Raises Webhook.DoesNotExist, WebhookDisabled.
    """
    webhook = _locked(webhook_id)
    if not webhook.enabled:
        raise WebhookDisabled("The webhook is disabled: enable it first.")
    asked = (
        Q(pk__in=ids) if ids is not None else Q(status=WebhookDelivery.Status.FAILED, happened_at__gte=since)
    )
    count = _again(WebhookDelivery.objects.filter(asked, webhook=webhook))
    record(
        Action.WEBHOOK_REDELIVERED, object_id=webhook_id, object_name=_shown(webhook.url), deliveries=count
    )
    wake_up(WEBHOOKS)
    return count


def _again(deliveries: QuerySet[WebhookDelivery]) -> int:
    # The same row under the same id: the receiver sees that it may have it already.
    return deliveries.update(
        status=WebhookDelivery.Status.WAITING, ended_at=None, tried_since=None, next_attempt_at=Now()
    )


def _set(webhook: Webhook, changes: dict[str, Any]) -> None:
    for name in changes.keys() & {"url", "events"}:
        setattr(webhook, name, changes[name])
    if "enabled" in changes:
        _switch(webhook, enabled=changes["enabled"])
    if "url" in changes or changes.get("enabled"):
        webhook.failing_since, webhook.failures, webhook.retry_at = None, 0, None
        _again(WebhookDelivery.objects.filter(webhook=webhook, ended_at=None))
    webhook.updated_at = Now()
    webhook.save()
    webhook.refresh_from_db()
    wake_up(WEBHOOKS)


def _switch(webhook: Webhook, *, enabled: bool) -> None:
    webhook.enabled = enabled
    webhook.disabled_by = By.NOBODY if enabled else By.PERSON
    webhook.disabled_at = None if enabled else Now()


def _check(*, url: str | None = None, events: list[str] | None = None, **_: Any) -> None:
    """Before the transaction: it may ask the resolver."""
    if url is not None:
        check_webhook_url(url)
    if events is not None and (unknown := [name for name in events if name not in list(Event)]):
        raise InvalidWebhook("events", f"There is no event {unknown[0]}.", "invalid_choice")
    if events is not None and not events:
        raise InvalidWebhook("events", "Name at least one event.", "empty")


def _sorted(events: list[str]) -> list[str]:
    return [event.value for event in Event if event in events]


def _locked(webhook_id: int) -> Webhook:
    """Lock the row without blocking those who write deliveries for it."""
    return Webhook.objects.alive().select_for_update(no_key=True).get(pk=webhook_id)


def _shown(url: str) -> str:
    """A query may have a secret."""
    return url.partition("?")[0]
