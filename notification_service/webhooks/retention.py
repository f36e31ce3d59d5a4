"""Deliveries that nobody needs any more, and the rows of deleted webhooks."""

from django.conf import settings

from notification_service.webhooks.models import Webhook
from notification_service.webhooks.sql import sql

CHUNK = 5_000


def forget_old() -> None:
    """In chunks, each a transaction of its own; where one is interrupted, the next call goes on."""
    while sql.execute("retention/forget_old", days=settings.WEBHOOK_DELIVERIES_DAYS, limit=CHUNK):
        pass
    while sql.execute("retention/forget_deleted", limit=CHUNK):
        pass
    gone = Webhook.objects.filter(deleted_at__isnull=False)
    gone.filter(deliveries=None).delete()
