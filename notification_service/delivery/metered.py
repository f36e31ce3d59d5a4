"""A message queue that counts and logs what passes through it, and changes nothing of it."""

import time
from typing import Any

import structlog

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Claimed, Recordable, Unsent
from notification_service.delivery.meters import Meters
from notification_service.observability.message_lines import log_sent

log = structlog.get_logger(__name__)


class MeteredQueue(MessageQueue):
    """What is recorded is counted and logged after it is written, hence as often as it is true."""

    def __init__(self, conninfo: str, config: DeliveryConfig, *, meters: Meters, **place: Any) -> None:
        super().__init__(conninfo, config, **place)
        self._meters = meters
        self._log_sent = config.log_sent

    async def claim(self, limit: int, **options: Any) -> list[Claimed]:
        began = time.monotonic()
        messages = await super().claim(limit, **options)
        self._meters.claimed(len(messages), time.monotonic() - began)
        return messages

    async def record(self, outcomes: Recordable) -> None:
        began = time.monotonic()
        await super().record(outcomes)
        self._meters.recorded(outcomes, time.monotonic() - began)
        gateway = self._meters.gateway
        sent = ((message.mailing_id, message.id) for message, _ in outcomes.sent)
        log_sent(log, sent, how=self._log_sent, gateway=gateway)
        for unsent in outcomes.unsent:
            if unsent.attempt_outcome is not None:
                _log_attempt(unsent, gateway)


def _log_attempt(unsent: Unsent, gateway: str) -> None:
    message = unsent.message
    log.info(
        "attempt",
        mailing_id=message.mailing_id,
        message_id=message.id,
        gateway=gateway,
        attempt=message.attempt,
        outcome=unsent.attempt_outcome,
        reason=unsent.error,
        http_status=unsent.http_status,
        answer=unsent.answer,
        status=unsent.status,
        next_attempt_at=unsent.next_attempt_at and unsent.next_attempt_at.isoformat(),
    )
