"""The database's side of telling a webhook: taking it under a lease, its settings, and what is due."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from notification_service.mailings.gateways.tokens import decrypt_token
from notification_service.webhooks.attempts import ORDERED_ATTEMPTS
from notification_service.webhooks.bodies import DueDelivery, body_of
from notification_service.webhooks.events import TESTS
from notification_service.webhooks.signing import signed_headers
from notification_service.webhooks.sql import sql

QUEUES = 8  # of one webhook, at once
OF_QUEUE = 10  # deliveries of one, in a round


@dataclass(frozen=True, slots=True)
class ClaimedWebhook:
    """A webhook as it is now. `secrets` are encrypted."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    is_open: bool  # whether more than tests may go to it now
    is_failing: bool
    failures: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery with its request."""

    due: DueDelivery
    headers: bytes = field(repr=False)
    body: bytes = field(repr=False)


def claim(worker: str, *, mine: list[int], limit: int, lease_seconds: float) -> list[int]:
    taken = sql.rows("sending/claim", worker=worker, mine=mine, limit=limit, lease_seconds=lease_seconds)
    return [webhook_id for (webhook_id,) in taken]


def renew(webhook_id: int, worker: str, *, lease_seconds: float) -> ClaimedWebhook | None:
    """Return None if it is somebody else's by now."""
    rows = sql.rows("sending/renew", webhook_id=webhook_id, worker=worker, lease_seconds=lease_seconds)
    if not rows:
        return None
    url, secret, old_secret, is_open, is_failing, failures = rows[0]
    secrets = tuple(bytes(each) for each in (secret, old_secret) if each is not None)
    return ClaimedWebhook(url, secrets, is_open, is_failing, failures)


def release(webhook_id: int, worker: str) -> None:
    sql.execute("sending/release", webhook_id=webhook_id, worker=worker)


def find_due(webhook_id: int, claimed: ClaimedWebhook) -> list[DueDelivery]:
    """Return what can be sent now, in order; while the webhook fails, tests and one, by turns.

    So one that is refused for its own sake does not keep the others from showing that the webhook works.
    """
    rows = sql.rows(
        "sending/due",
        webhook_id=webhook_id,
        ordered_attempts=ORDERED_ATTEMPTS,
        of_queue=OF_QUEUE,
        queues=QUEUES,
        is_open=claimed.is_open,
    )
    due = [DueDelivery(*row) for row in rows]
    if not claimed.is_failing:
        return due
    others = sorted(_first_of_queues(due), key=lambda each: each.attempted_at)
    return [each for each in due if each.queue == TESTS] + others[:1]


def _first_of_queues(due: list[DueDelivery]) -> Iterator[DueDelivery]:
    """Of each queue, those that let others pass, and the first that does not."""
    full = {TESTS}
    for each in due:
        if each.queue not in full:
            yield each
        if each.attempts < ORDERED_ATTEMPTS:
            full.add(each.queue)


def make_ready(due: DueDelivery, claimed: ClaimedWebhook) -> Ready:
    """Raises GatewayUnusable if SECRET_KEY has changed since the secret was made."""
    body = body_of(due)
    headers = signed_headers(
        webhook_id=due.webhook_id,
        timestamp=due.now,
        body=body,
        secrets=[decrypt_token(secret) for secret in claimed.secrets],
    )
    return Ready(due, headers, body)
