"""The state of gateways, and what goes through each: from counters and a few rows, not from messages."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, F, Sum

from notification_service.mailings import stats
from notification_service.mailings.gateways import (
    GatewayState,
    State,
    gateway_states,
    latest_incidents,
    shown_url,
)
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing, MessageCount

INCIDENTS = 3

KEPT_SECONDS = 20
FOR_HOURS = "console-waiting-for-hours"


@dataclass(frozen=True, slots=True)
class GatewayOverview:
    state: GatewayState
    running: int  # running mailings that use it, as their own gateway or as the default one
    unsent: int  # messages of these
    for_hours: int  # of these, how many wait for their sending hours, not for the gateway
    named_by: int  # mailings of any status that name it: while there are any, it cannot be deleted
    incidents: list[GatewayIncident]  # the latest few

    @property
    def gateway(self) -> Gateway:
        return self.state.gateway

    @property
    def url(self) -> str:
        return shown_url(self.gateway)

    @property
    def is_held(self) -> bool:
        return self.state.state is State.HELD

    @property
    def due(self) -> int:
        return max(self.unsent - self.for_hours, 0)


def gateway_rows() -> list[GatewayOverview]:
    """Eight queries at most, for any number of gateways, mailings and messages."""
    states = gateway_states(Gateway.objects.order_by("priority", "id"))
    running, unsent, for_hours, named = _running(), _unsent(), _for_hours(), _named()
    incidents = latest_incidents(each=INCIDENTS)
    rows = []
    for state in states:
        keys = [state.gateway.pk, *([None] if state.is_default else [])]
        rows.append(
            GatewayOverview(
                state,
                running=sum(running.get(key, 0) for key in keys),
                unsent=sum(unsent.get(key, 0) for key in keys),
                for_hours=sum(for_hours.get(key, 0) for key in keys),
                named_by=named.get(state.gateway.pk, 0),
                incidents=incidents.get(state.gateway.pk, []),
            )
        )
    return rows


def _running() -> dict[int | None, int]:
    mailings = Mailing.objects.alive().unsettled().filter(status="running")
    return dict(mailings.values_list("gateway_id").annotate(Count("pk")).order_by())


def _unsent() -> dict[int | None, int]:
    mailings = Mailing.objects.alive().unsettled().filter(status="running")
    counts = MessageCount.objects.filter(mailing__in=mailings).values_list("mailing__gateway_id")
    return dict(counts.annotate(unsent=Sum(F("pending") + F("sending"))).order_by())


def _for_hours() -> dict[int | None, int]:
    """At most KEPT_SECONDS old: it reads waiting messages, and many consoles may ask at once."""
    if not Mailing.objects.alive().with_hours().filter(status="running").exists():
        return {}
    found = cache.get(FOR_HOURS)
    if found is None:
        found = stats.waiting_for_hours()
        cache.set(FOR_HOURS, found, KEPT_SECONDS)
    return dict(found)


def _named() -> dict[int | None, int]:
    named = Mailing.objects.filter(gateway__isnull=False)
    return dict(named.values_list("gateway_id").annotate(Count("pk")).order_by())
