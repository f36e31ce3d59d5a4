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
from notification_service.observability.logs import mask_phones
from notification_service.webhooks.bodies import DueDelivery
from notification_service.webhooks.events import TESTS
from notification_service.webhooks.models import RESPONSE_CHARACTERS, Webhook, WebhookDelivery
from notification_service.webhooks.sql import sql

GIVE_UP_AFTER = timedelta(days=3)
ORDERED_ATTEMPTS = 5  # after which a delivery lets those behind it pass
LONG_SPELL = timedelta(minutes=1)  # of failures, after which what waits for its next attempt is tried at once
GONE = 410

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MadeAttempt:
    """`wait_seconds`: before the delivery's next attempt; `webhook_waits`: before any other one."""

    delivery_id: int
    why: Why | None  # None: it was delivered
    http_status: int | None
    response: str
    wait_seconds: float
    webhook_waits: float
    is_first: bool
    is_test: bool = False

    @property
    def is_delivered(self) -> bool:
        return self.why is None


def attempt_of(
    response: Response | NoResponse,
    *,
    due: DueDelivery,
    failures: int,
    config: DeliveryConfig,
    random: Random,
) -> MadeAttempt:
    """`failures`: the webhook's, since its last success. Anything but a 2xx is tried again.

    A redirect is not followed. A status counts even if what should follow it does not come.
    """
    is_test, is_first = due.queue == TESTS, due.attempts == 0
    number = due.attempts if is_test else max(due.attempts, failures)
    wait = backoff_seconds(number + 1, config=config, random=random)
    # What has failed before says nothing new about the webhook.
    others = wait if is_first else backoff_seconds(max(failures, 1), config=config, random=random)
    if isinstance(response, NoResponse):
        if response.partial is None:
            return MadeAttempt(due.id, response.reason, None, "", wait, others, is_first, is_test)
        response = response.partial
    asked = retry_after_delay(response.retry_after, now=datetime.now(UTC)).total_seconds()
    why = None if 200 <= response.status < 300 else Why(Reason.HTTP_STATUS, response.status)
    waits = (max(wait, asked), max(others, asked if is_first else 0.0))
    return MadeAttempt(due.id, why, response.status, _printable(response.body), *waits, is_first, is_test)


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
    """An event that is refused again and again, for its own sake, has the others wait for a moment only."""
    wait = max(attempt.webhook_waits for attempt in attempts)
    is_evidence = webhook.failures == 0 or any(attempt.is_first for attempt in attempts)
    rows = Webhook.objects.filter(pk=webhook.pk)
    rows.filter(failing_since=None).update(failing_since=Now())
    rows.update(failures=F("failures") + int(is_evidence), retry_at=Now() + timedelta(seconds=wait))
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
    """Without phones: an opt-out is told with one, and the answer may quote it."""
    start = body[: 4 * RESPONSE_CHARACTERS].decode(errors="replace")
    return mask_phones(None, "", start.replace("\0", "\ufffd"))[:RESPONSE_CHARACTERS]
