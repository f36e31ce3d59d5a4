"""When gateways were held, as a trigger recorded it, and which mailings this affected."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Now, RowNumber
from django.utils import timezone

from notification_service.mailings.gateways.state import default_gateway
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing

KEPT = timedelta(days=90)
MOST_MAILINGS = 5_000  # looked at for some incidents


def latest_incidents(*, each: int) -> dict[int, list[GatewayIncident]]:
    """The latest few of every gateway, by its id, newest first. One query."""
    newest = Window(RowNumber(), partition_by=F("gateway_id"), order_by=F("began_at").desc())
    found: dict[int, list[GatewayIncident]] = {}
    for incident in (
        GatewayIncident.objects.annotate(rank=newest).filter(rank__lte=each).order_by("-began_at")
    ):
        found.setdefault(incident.gateway_id, []).append(incident)
    return found


def incidents_between(since: datetime, until: datetime) -> QuerySet[GatewayIncident]:
    """Those that were under way at some time from `since` to before `until`, oldest first."""
    lasted = Q(ended_at=None) | Q(ended_at__gte=since)
    return GatewayIncident.objects.filter(lasted, began_at__lt=until).order_by("began_at", "pk")


def incidents_of(mailing: Mailing) -> QuerySet[GatewayIncident]:
    """Those of the mailing's gateway, or of the default one, while it was under way, oldest first."""
    if mailing.started_at is None:
        return GatewayIncident.objects.none()
    gateway = mailing.gateway or default_gateway()
    until = mailing.finished_at or timezone.now()
    return incidents_between(mailing.started_at, until).filter(gateway=gateway)


def mailings_touched(
    gateway: Gateway, incidents: Sequence[GatewayIncident]
) -> list[tuple[GatewayIncident, list[int]]]:
    """Each with the ids of the mailings that were under way through the gateway, newest first."""
    if not incidents:
        return []
    through = Q(gateway=gateway)
    if gateway == default_gateway():
        through |= Q(gateway=None)
    earliest = min(incident.began_at for incident in incidents)
    still_open = Q(finished_at=None) | Q(finished_at__gte=earliest)
    mailings = Mailing.objects.alive().filter(through, still_open, started_at__isnull=False).order_by("-pk")
    spans = list(mailings.values_list("pk", "started_at", "finished_at")[:MOST_MAILINGS])
    return [
        (incident, [pk for pk, began, ended in spans if _meet(incident, began, ended)])
        for incident in incidents
    ]


def forget_old_incidents() -> None:
    GatewayIncident.objects.filter(ended_at__lt=Now() - KEPT).delete()


def _meet(incident: GatewayIncident, began: datetime | None, ended: datetime | None) -> bool:
    if began is None or (incident.ended_at is not None and began > incident.ended_at):
        return False
    return ended is None or ended >= incident.began_at
