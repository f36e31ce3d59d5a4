"""The console's grammar for webhooks."""

from typing import Any

from django import template

from notification_service.console.webhooks import labels
from notification_service.webhooks.models import Webhook, WebhookDelivery

register = template.Library()


@register.inclusion_tag("console/parts/status.html")
def delivery_status(delivery: WebhookDelivery) -> dict[str, Any]:
    status, shape = labels.LOOK[delivery.status]
    return {"status": status, "word": labels.DELIVERY[delivery.status], "shape": shape}


@register.filter
def event(name: str) -> str:
    return str(labels.EVENT.get(name, name))


@register.filter
def disabled_words(webhook: Webhook) -> str:
    return str(labels.DISABLED[webhook.disabled_by or "person"])


@register.filter
def shown_url(webhook: Webhook) -> str:
    """Return it without its query, which may have a secret."""
    base, asks, _ = webhook.url.partition("?")
    return f"{base}?…" if asks else base
