"""What nobody needs is removed; what is still to be told is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from notification_service.mailings.moments import next_moments
from notification_service.mailings.wake_up import WEBHOOKS
from notification_service.webhooks.changes import create_webhook, delete_webhook, update_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from notification_service.webhooks.retention import forget_old

pytestmark = pytest.mark.django_db
OLD = timedelta(days=31)


def add(**fields: Any) -> Webhook:
    return create_webhook(url="https://8.8.8.8/", events=["messages.final"], **fields)[0]


def deliver(webhook: Webhook, *, age: timedelta = OLD, **fields: Any) -> int:
    made = WebhookDelivery.objects.create(webhook=webhook, event="messages.final", **fields)
    WebhookDelivery.objects.filter(pk=made.pk).update(happened_at=Now() - age)
    return made.pk


def test_old_deliveries_are_forgotten_unless_they_are_still_to_be_made() -> None:
    enabled, disabled = add(), add(enabled=False)
    ended: dict[str, Any] = {"status": "delivered", "ended_at": Now()}
    deliver(enabled, **ended)
    deliver(disabled)
    kept = [deliver(enabled), deliver(enabled, age=timedelta(days=29), **ended)]
    kept.append(deliver(disabled, age=timedelta(days=29)))
    forget_old()
    assert list(WebhookDelivery.objects.order_by("pk").values_list("pk", flat=True)) == kept


def test_a_deleted_webhook_goes_with_all_that_waits_for_it() -> None:
    kept, deleted = add(), add()
    deliver(kept)
    deliver(deleted, age=timedelta(0))
    delete_webhook(deleted.pk)
    forget_old()
    assert list(Webhook.objects.all()) == [kept]
    assert WebhookDelivery.objects.get().webhook == kept


def test_a_worker_wakes_for_a_webhook_when_something_is_due_and_nobody_tells_it() -> None:
    assert WEBHOOKS not in next_moments()
    webhook = add()
    deliver(webhook)
    assert next_moments()[WEBHOOKS] < 1
    for later in (
        {"claimed_until": Now() + timedelta(minutes=1)},
        {"retry_at": Now() + timedelta(minutes=1)},
    ):
        Webhook.objects.update(**{"claimed_until": None, "retry_at": None} | later)
        assert 55 < next_moments()[WEBHOOKS] < 65
    update_webhook(webhook.pk, enabled=False)
    assert WEBHOOKS not in next_moments()
