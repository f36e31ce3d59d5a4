"""What happened in a day, from counters and a few rows, never from messages."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from notification_service.mailings import stats
from notification_service.mailings.forecast import Shortfall, read_shortfalls
from notification_service.mailings.gateways import incidents_between
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing
from notification_service.mailings.stats import Failure
from notification_service.reports import schedule
from notification_service.webhooks.models import Webhook
from notification_service.webhooks.notices import disabled_by_the_service

MOST_MAILINGS = 30
MOST_REASONS = 10
MOST_INCIDENTS = 10


@dataclass(frozen=True, slots=True)
class MailingLine:
    mailing: Mailing
    counts: dict[str, int]  # by status, with the total; as they are now


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    zone: ZoneInfo
    ended: dict[str, int]  # sent, failed, expired, cancelled, unknown, and retried attempts
    ended_the_day_before: dict[str, int]
    started: int  # mailings
    finished: int
    mailings: list[MailingLine]  # those that started or ended in the day, as many as there is room for
    more_mailings: int
    failures: list[Failure]  # most first, as many as there is room for
    more_failures: int  # messages with other reasons
    held: list[Gateway]  # at this moment
    paused: list[Mailing]  # at this moment, before their deadline
    webhooks: list[Webhook]  # that the service has disabled, at this moment
    short: list[Shortfall]  # mailings that will not reach everybody, as it looks at this moment
    incidents: list[GatewayIncident]  # of gateways, in the day, that have ended by now


def read_day(day: date, *, zone: ZoneInfo) -> DayFigures:
    since, until = schedule.bounds(day, zone=zone)
    started = Q(started_at__gte=since, started_at__lt=until)
    finished = Q(finished_at__gte=since, finished_at__lt=until)
    mailings = Mailing.objects.alive().filter(started | finished).order_by("started_at", "pk")
    failures = stats.failures_between(since, until)
    return DayFigures(
        day=day,
        zone=zone,
        ended=stats.ended_between(since, until),
        ended_the_day_before=stats.ended_between(*schedule.bounds(day - schedule.DAY, zone=zone)),
        started=mailings.filter(started).count(),
        finished=mailings.filter(finished).count(),
        mailings=_lines(mailings[:MOST_MAILINGS]),
        more_mailings=max(mailings.count() - MOST_MAILINGS, 0),
        failures=failures[:MOST_REASONS],
        more_failures=sum(failure.messages for failure in failures[MOST_REASONS:]),
        held=list(Gateway.objects.filter(enabled=True, held_at__isnull=False).order_by("held_at")),
        paused=list(_paused()[:MOST_MAILINGS]),
        webhooks=disabled_by_the_service(),
        short=read_shortfalls(),
        incidents=list(_incidents(since, until)[:MOST_INCIDENTS]),
    )


def _incidents(since: datetime, until: datetime) -> QuerySet[GatewayIncident]:
    """A gateway that is held still is listed as such."""
    return incidents_between(since, until).filter(ended_at__isnull=False).select_related("gateway")


def _lines(mailings: QuerySet[Mailing]) -> list[MailingLine]:
    rows = list(mailings)
    counts = stats.message_counts([mailing.pk for mailing in rows])
    return [MailingLine(mailing, counts[mailing.pk]) for mailing in rows]


def _paused() -> QuerySet[Mailing]:
    paused = Mailing.objects.alive().unsettled().filter(status=Mailing.Status.PAUSED)
    return paused.order_by("end_at", "pk")
