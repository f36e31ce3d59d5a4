from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import address, change, if_unchanged, read, send
from notification_service_client.models import (
    Event,
    Redelivered,
    Webhook,
    WebhookDelivery,
    WebhookWithSecret,
)
from notification_service_client.request import Request


class WebhookChanges(TypedDict, total=False):
    url: str
    events: Sequence[Event]
    enabled: bool


class DeliveryQuery(TypedDict, total=False):
    event: str
    status: Literal["waiting", "delivered", "failed"]
    ordering: Literal["-id", "id"]
    page_size: int


def create(
    *, url: str, events: Sequence[Event], enabled: bool = True, idempotency_key: str | None = None
) -> Request[WebhookWithSecret]:
    """Its secret is shown this once. A request that was repeated may have None for it: replace it then."""
    body = {"url": url, "events": list(events), "enabled": enabled}
    headers = _once(idempotency_key)
    return send("POST", "/api/v1/webhooks/", WebhookWithSecret, body, headers=headers, repeatable=True)


def get(webhook: Webhook | int) -> Request[Webhook]:
    return read(address("webhooks", webhook), Webhook)


def update(webhook: Webhook | int, **changes: Unpack[WebhookChanges]) -> Request[Webhook]:
    """Change the fields given. Raises ChangedError if the webhook passed is not as it was read."""
    if "events" in changes:
        changes["events"] = list(changes["events"])
    return change("PATCH", address("webhooks", webhook), Webhook, webhook, changes)


def delete(webhook: Webhook | int) -> Request[None]:
    """With all that waits for it."""
    return Request("DELETE", address("webhooks", webhook), type(None), headers=if_unchanged(webhook))


def every() -> Request[Webhook]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/webhooks/", Webhook)


def rotate_secret(webhook: Webhook | int) -> Request[WebhookWithSecret]:
    """For a day requests are signed with both."""
    return Request("POST", f"{address('webhooks', webhook)}rotate-secret/", WebhookWithSecret)


def send_test(webhook: Webhook | int, *, idempotency_key: str | None = None) -> Request[WebhookDelivery]:
    """Send `webhook.test`, once; the deliveries say what came of it."""
    path, headers = f"{address('webhooks', webhook)}test/", _once(idempotency_key)
    return Request("POST", path, WebhookDelivery, headers=headers, repeatable=True)


def deliveries(webhook: Webhook | int, **query: Unpack[DeliveryQuery]) -> Request[WebhookDelivery]:
    """One by one, newest first; pages are fetched as they are needed."""
    return read(f"{address('webhooks', webhook)}deliveries/", WebhookDelivery, query)


def redeliver(
    webhook: Webhook | int,
    *,
    deliveries: Sequence[WebhookDelivery | int] | None = None,
    since: datetime | None = None,
) -> Request[Redelivered]:
    """Send these deliveries again, or all that failed of what happened since a time."""
    ids = [each if isinstance(each, int) else each.id for each in deliveries or ()]
    body = {"deliveries": ids} if since is None else {"since": since}
    return send("POST", f"{address('webhooks', webhook)}redeliver/", Redelivered, body, repeatable=True)


def _once(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}
