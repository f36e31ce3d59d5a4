"""What came of an attempt, and what follows from it for the delivery and its webhook."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record as record_in_audit_log
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.outcome import NoResponse, Response, backoff_seconds, retry_after_delay
from notification_service.mailings.reasons import Reason, Why
from notification_service.observability import metrics
from notification_service.webhooks.models import RESPONSE_CHARACTERS, Webhook, WebhookDelivery
from notification_service.webhooks.sql import sql

GIVE_UP_AFTER = timedelta(days=3)
ORDERED_ATTEMPTS = 5  # after which a delivery lets those behind it pass
LONG_SPELL = timedelta(minutes=1)  # of failures, after which what waits for its next attempt is tried at once
GONE = 410

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MadeAttempt:
    delivery_id: int
    why: Why | None  # None: it was delivered
    http_status: int | None
    response: str
    wait_seconds: float
    is_test: bool = False

    @property
    def is_delivered(self) -> bool:
        return self.why is None


def attempt_of(
    response: Response | NoResponse,
    *,
    delivery_id: int,
    number: int,
    is_test: bool,
    config: DeliveryConfig,
    random: Random,
) -> MadeAttempt:
    """`number` counts from 1. Anything but a 2xx is tried again: a redirect is not followed."""
    wait = backoff_seconds(number, config=config, random=random)
    if isinstance(response, NoResponse):
        return MadeAttempt(delivery_id, response.reason, None, "", wait, is_test)
    wait = max(wait, retry_after_delay(response.retry_after, now=datetime.now(UTC)).total_seconds())
    why = None if 200 <= response.status < 300 else Why(Reason.HTTP_STATUS, response.status)
    return MadeAttempt(delivery_id, why, response.status, _printable(response.body), wait, is_test)


def record(webhook_id: int, attempts: list[MadeAttempt]) -> None:
    _write(webhook_id, attempts)
    for attempt in attempts:
        outcome = "delivered" if attempt.is_delivered else "failed"
        metrics.webhook_attempts.labels(str(webhook_id), outcome).inc()


@transaction.atomic
def _write(webhook_id: int, attempts: list[MadeAttempt]) -> None:
    """The webhook's row first, as whoever changes webhooks does."""
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook_id)
    _record_deliveries(attempts)
    of_events = [attempt for attempt in attempts if not attempt.is_test]
    if any(attempt.is_delivered for attempt in of_events):
        _note_success(webhook)
    elif of_events:
        _note_failure(webhook, of_events)


def _record_deliveries(attempts: list[MadeAttempt]) -> None:
    whys = [attempt.why for attempt in attempts]
    sql.execute(
        "sending/record",
        give_up_seconds=GIVE_UP_AFTER.total_seconds(),
        ids=[attempt.delivery_id for attempt in attempts],
        delivered=[attempt.is_delivered for attempt in attempts],
        http_statuses=[attempt.http_status for attempt in attempts],
        responses=[attempt.response for attempt in attempts],
        reasons=[why.code.value if why else "" for why in whys],
        reason_numbers=[why.number if why else None for why in whys],
        errors=[why.text if why else "" for why in whys],
        waits=[attempt.wait_seconds for attempt in attempts],
    )


def _note_success(webhook: Webhook) -> None:
    if webhook.failing_since is None:
        return
    waiting = WebhookDelivery.objects.filter(webhook=webhook, ended_at=None, next_attempt_at__gt=Now())
    waiting.filter(webhook__failing_since__lt=Now() - LONG_SPELL).update(next_attempt_at=Now())
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, failures=0, retry_at=None)
    log.info("webhook answers again", webhook_id=webhook.pk)


def _note_failure(webhook: Webhook, attempts: list[MadeAttempt]) -> None:
    wait = max(attempt.wait_seconds for attempt in attempts)
    rows = Webhook.objects.filter(pk=webhook.pk)
    rows.filter(failing_since=None).update(failing_since=Now())
    rows.update(failures=F("failures") + 1, retry_at=Now() + timedelta(seconds=wait))
    if webhook.failures == 0:
        log.warning("webhook fails", webhook_id=webhook.pk, reason=str(attempts[-1].why))
    if any(attempt.http_status == GONE for attempt in attempts):
        _disable(webhook, Webhook.DisabledBy.GONE)
    elif rows.filter(failing_since__lt=Now() - GIVE_UP_AFTER).exists():
        _disable(webhook, Webhook.DisabledBy.FAILING)


def _disable(webhook: Webhook, why: Webhook.DisabledBy) -> None:
    found = Webhook.objects.filter(pk=webhook.pk, enabled=True)
    if found.update(enabled=False, disabled_by=why, disabled_at=Now(), updated_at=Now()):
        record_in_audit_log(
            Action.WEBHOOK_DISABLED,
            object_id=webhook.pk,
            object_name=webhook.url.partition("?")[0],
            reason=str(why),
        )
        log.error("webhook disabled", webhook_id=webhook.pk, reason=str(why))


def _printable(body: bytes) -> str:
    start = body[: 4 * RESPONSE_CHARACTERS].decode(errors="replace")
    return start.replace("\0", "\ufffd")[:RESPONSE_CHARACTERS]
