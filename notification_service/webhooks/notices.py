"""What people have to know of webhooks, for the overview and the daily report."""

from notification_service.webhooks.models import Webhook

MOST = 10


def disabled_by_the_service() -> list[Webhook]:
    """Return those that are still disabled, the latest first. They miss what happens meanwhile."""
    by_service = (Webhook.DisabledBy.FAILING, Webhook.DisabledBy.GONE)
    disabled = Webhook.objects.alive().filter(enabled=False, disabled_by__in=by_service)
    return list(disabled.order_by("-disabled_at")[:MOST])
