"""What workers have measured of a gateway, and how many of them there are."""

from datetime import timedelta
from typing import cast

from django.conf import settings

from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.heartbeats import live_workers
from notification_service.mailings.models import Gateway, GatewayUse, Worker

SAME_TIME = timedelta(seconds=10)  # of the last to use it


def speed_of(gateway: Gateway) -> Speed:
    workers = live_workers().alive
    uses = list(GatewayUse.objects.filter(gateway=gateway).order_by("-seen_at"))
    measured = _measured(uses, gateway)
    return Speed(
        gateway=gateway.name,
        workers=workers,
        concurrency=_concurrency(gateway, workers),
        max_per_second=gateway.max_requests_per_second,
        latency_seconds=_latency(uses),
        worker_per_second=_mean([use.most_per_second for use in measured if use.most_per_second]),
        is_busy=any(use.is_busy for use in measured),
    )


def _concurrency(gateway: Gateway, workers: int) -> int:
    possible = workers * _worker_concurrency()
    return possible if gateway.max_concurrency is None else min(possible, gateway.max_concurrency)


def _worker_concurrency() -> int:
    return cast("int", settings.DELIVERY["max_concurrency"])


def _latency(uses: list[GatewayUse]) -> float | None:
    """Return that of those who used it last, be it long ago."""
    timed = [use for use in uses if use.latency_ms]
    latest = [
        use.latency_ms for use in timed if use.seen_at >= timed[0].seen_at - SAME_TIME and use.latency_ms
    ]
    mean = _mean(latest)
    return None if mean is None else mean / 1000


def _measured(uses: list[GatewayUse], gateway: Gateway) -> list[GatewayUse]:
    """Return what was measured since the gateway was changed: by living workers, or else the latest."""
    known = [use for use in uses if use.measured_at and use.measured_at > gateway.updated_at]
    alive = set(Worker.objects.filter(name__in=[use.worker for use in known]).values_list("name", flat=True))
    living = [use for use in known if use.worker in alive]
    return living or known[:1]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
