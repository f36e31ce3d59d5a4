"""What the overview shows, from counters and a few rows, never from messages."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.text import Truncator

from notification_service.console.gateways.queries import GatewayOverview
from notification_service.console.mailings.state import MailingState, expected_clients, states
from notification_service.console.parts import charts, labels
from notification_service.directory.models import Client
from notification_service.mailings import stats
from notification_service.mailings.forecast import Shortfall, shortfall_words, shortfalls
from notification_service.mailings.heartbeats import live_workers
from notification_service.mailings.models import Mailing, MinuteCount
from notification_service.reports.posting import unsent_reports
from notification_service.webhooks.notices import disabled_by_the_service

MOST_ROWS = 8
MOST_LOOKED_AT, MOST_EXPIRED = 100, 3
CHART_HOURS = 3


def running_now() -> list[MailingState]:
    active = Mailing.objects.alive().unsettled().filter(status__in=["running", "paused"])
    return states(list(active.order_by("-started_at")[:MOST_ROWS]))


def starting_next() -> list[tuple[Mailing, int]]:
    """Each with the number of clients who would get it."""
    scheduled = Mailing.objects.alive().unsettled().filter(status="scheduled")
    mailings = list(scheduled.order_by("start_at")[:MOST_ROWS])
    clients = expected_clients(mailings)
    return [(mailing, clients[mailing.pk]) for mailing in mailings]


def totals() -> dict[str, int]:
    return stats.overall_counts()["messages"]


def needs_you(gateways: list[GatewayOverview]) -> list[dict[str, Any]]:
    """Return what will not go away by itself, most urgent first."""
    held = sorted((row for row in gateways if row.is_held), key=lambda row: row.unsent, reverse=True)
    soon = timezone.now() + timedelta(hours=1)
    paused = Mailing.objects.alive().unsettled().filter(status="paused", end_at__lte=soon).order_by("end_at")
    return [
        *_lack_of_workers(),
        *({"kind": "held", "row": row} for row in held),
        *({"kind": "paused", "mailing": mailing} for mailing in paused[:MOST_ROWS]),
        *({"kind": "short", "pk": each.mailing_id, "words": _short_words(each)} for each in shortfalls()),
        *({"kind": "expired", "mailing": mailing, "messages": count} for mailing, count in _lately_expired()),
        *({"kind": "webhook", "webhook": webhook} for webhook in disabled_by_the_service()),
        *({"kind": "report", "report": report} for report in unsent_reports()),
    ]


def _short_words(found: Shortfall) -> str:
    title = Truncator(" ".join(found.title.split())).chars(labels.BEGINNING)
    return shortfall_words(title, found.forecast, end=labels.when(found.end_at))


def _lately_expired() -> list[tuple[Mailing, int]]:
    """Mailings that ended within a day although messages were left, the latest first."""
    since = timezone.now() - timedelta(days=1)
    ended = Mailing.objects.alive().filter(status="finished", finished_at__gte=since)
    mailings = list(ended.order_by("-finished_at")[:MOST_LOOKED_AT])
    counts = stats.message_counts([mailing.pk for mailing in mailings])
    expired = [(mailing, counts[mailing.pk]["expired"]) for mailing in mailings]
    return [(mailing, count) for mailing, count in expired if count][:MOST_EXPIRED]


def _lack_of_workers() -> list[dict[str, Any]]:
    seen = live_workers()
    if seen.alive:
        return []
    ago = seen.seen_seconds_ago
    return [{"kind": "workers", "seen_at": None if ago is None else timezone.now() - timedelta(seconds=ago)}]


def recent_chart() -> charts.Chart:
    now = timezone.now()
    since = now - timedelta(hours=CHART_HOURS)
    # By mailing, because the minutes are indexed by it.
    lately = Mailing.objects.filter(Q(finished_at=None) | Q(finished_at__gte=since), started_at__isnull=False)
    minutes = MinuteCount.objects.filter(mailing_id__in=lately.values("pk"), minute__gte=since)
    sums = {f"{series}_sum": Sum(series) for series in charts.SERIES}
    found: Any = minutes.values("minute").annotate(**sums).order_by("minute")
    rows = [
        {"minute": row["minute"], **{series: row[f"{series}_sum"] for series in charts.SERIES}}
        for row in found
    ]
    return charts.chart(rows, since=since, until=now)


def is_empty() -> bool:
    return not Client.objects.exists() or not Mailing.objects.alive().exists()
