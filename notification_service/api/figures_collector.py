"""The state of the whole service as metrics, read from the database when they are scraped."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notification_service.api.probes import Probe
from notification_service.mailings.gauges import Gauges, read_gauges
from notification_service.mailings.models import Gateway
from notification_service.reports.posting import addresses_unreached
from notification_service.webhooks.gauges import STATES, WebhookGauge, webhook_gauges

PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 1.0


class Figures(NamedTuple):
    gauges: Gauges
    unreached: int
    webhooks: list[WebhookGauge]


def _ask() -> Figures:
    return Figures(read_gauges(), addresses_unreached(), webhook_gauges())


FIGURES: Probe[Figures] = Probe(_ask, fresh_seconds=FRESH_SECONDS)


class FiguresCollector(Collector):
    """Without the database there are no figures; `notifications_database_up` is 0 then."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            figures, unreached, webhooks = FIGURES.result(seconds=PATIENCE_SECONDS)
        except Exception:  # noqa: BLE001 (the driver's and the network's, or no answer in time)
            yield _number("database_up", "Whether the database answers in time.", 0)
            return
        yield _number("database_up", "Whether the database answers in time.", 1)
        yield _by_status("messages", "Messages by status, as the API counts them.", figures.messages)
        yield _by_status("mailings", "Mailings by status.", figures.mailings)
        yield _breakers(figures.breakers)
        yield _unusable(figures.unusable)
        yield from _queue(figures)
        yield from _lateness(figures)
        yield from _workers(figures)
        yield from _webhooks(webhooks)
        yield _number(
            "daily_report_unreached_addresses",
            "Addresses that the last daily report has not reached.",
            unreached,
        )


def _queue(figures: Gauges) -> Iterator[GaugeMetricFamily]:
    depth = GaugeMetricFamily(
        "notifications_queue_messages", "Messages of running mailings that are not done.", labels=["status"]
    )
    depth.add_metric(["pending"], figures.queue_pending)
    depth.add_metric(["sending"], figures.queue_sending)
    yield depth
    yield _number(
        "oldest_due_message_seconds",
        "How long the longest waiting message of a running mailing has been due.",
        figures.oldest_due_seconds,
    )


def _lateness(figures: Gauges) -> Iterator[GaugeMetricFamily]:
    for name, meaning, value in (
        ("mailing_start_late_seconds", "should have started", figures.start_late_seconds),
        (
            "mailing_settle_late_seconds",
            "passed its deadline with messages",
            figures.settle_late_seconds,
        ),
        ("mailing_removal_seconds", "was deleted, and is still being removed", figures.removal_seconds),
    ):
        yield _number(name, f"How long ago a mailing {meaning}; 0: there is none.", value)
    yield _number(
        "lease_late_seconds",
        "How long ago a worker's lease has ended without a rescue; 0: there is none.",
        figures.lease_late_seconds,
    )


def _workers(figures: Gauges) -> Iterator[GaugeMetricFamily]:
    yield _number("workers", "Worker processes that live.", figures.workers.alive)
    yield _number("workers_silent", "Of these, who hear nothing from the broker.", figures.workers.silent)
    yield _number("workers_cut_off", "Of these, who do not get at the queue.", figures.workers.cut_off)


def _webhooks(webhooks: Sequence[WebhookGauge]) -> Iterator[GaugeMetricFamily]:
    states = GaugeMetricFamily("notifications_webhooks", "Webhooks by how they are.", labels=["state"])
    for state in STATES:
        states.add_metric([state], sum(webhook.state == state for webhook in webhooks))
    waiting = GaugeMetricFamily(
        "notifications_webhook_waiting_deliveries",
        "Deliveries that wait for a webhook which is enabled.",
        labels=["webhook"],
    )
    oldest = GaugeMetricFamily(
        "notifications_webhook_oldest_waiting_seconds",
        "How long ago that happened what has waited longest for a webhook; 0: nothing waits.",
        labels=["webhook"],
    )
    for webhook in webhooks:
        waiting.add_metric([str(webhook.webhook_id)], webhook.waiting)
        oldest.add_metric([str(webhook.webhook_id)], webhook.oldest_seconds)
    yield from (states, waiting, oldest)


def _by_status(name: str, meaning: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"notifications_{name}", meaning, labels=["status"])
    for status, count in counts.items():
        if status != "total":  # the sum over the label is the total
            family.add_metric([status], count)
    return family


def _breakers(breakers: dict[str, Gateway.Breaker]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "notifications_gateway_breaker",
        "1 at the state of a gateway's breaker.",
        labels=["gateway", "state"],
    )
    for gateway, present in breakers.items():
        for state in Gateway.Breaker:
            family.add_metric([gateway, state.value], float(state is present))
    return family


def _unusable(gateways: dict[str, bool]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "notifications_gateway_unusable",
        "1 where a worker can send nothing to a gateway as it is configured.",
        labels=["gateway"],
    )
    for gateway, is_unusable in gateways.items():
        family.add_metric([gateway], float(is_unusable))
    return family


def _number(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"notifications_{name}", meaning, value=value)
