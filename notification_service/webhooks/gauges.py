"""How the webhooks are, and what waits for each, for whoever watches the service."""

from typing import NamedTuple

from notification_service.webhooks.sql import sql

MOST_COUNTED = 100_000  # of one webhook, in some 30 ms
# Told and answering; told and not answering; disabled by the service; disabled by a person or a program.
STATES = ("working", "failing", "disabled", "off")


class WebhookGauge(NamedTuple):
    webhook_id: int
    state: str
    waiting: int
    oldest_seconds: float  # since it happened; 0: nothing waits


def webhook_gauges() -> list[WebhookGauge]:
    return [WebhookGauge(*row) for row in sql.rows("gauges/webhooks", most=MOST_COUNTED)]
