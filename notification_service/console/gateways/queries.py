"""How the gateways fare, and what goes through each: counters and a few rows, never the messages."""

from dataclasses import dataclass

from django.db.models import Count, F, Sum

from notification_service.mailings.gateways import GatewayState, State, gateway_states, shown_url
from notification_service.mailings.models import Gateway, Mailing, MessageCount


@dataclass(frozen=True, slots=True)
class GatewayRow:
    state: GatewayState
    running: int  # mailings that run and go through it, as their own gateway or as the default one
    unsent: int  # messages of these
    named_by: int  # mailings, of whatever status, that name it: it cannot be deleted while there are any

    @property
    def gateway(self) -> Gateway:
        return self.state.gateway

    @property
    def url(self) -> str:
        return shown_url(self.gateway)

    @property
    def is_held(self) -> bool:
        return self.state.state is State.HELD


def gateway_rows() -> list[GatewayRow]:
    """Five queries, however many gateways, mailings and messages."""
    states = gateway_states(Gateway.objects.order_by("priority", "id"))
    running, unsent, named = _running(), _unsent(), _named()
    rows = []
    for state in states:
        keys = [state.gateway.pk, *([None] if state.is_default else [])]
        rows.append(
            GatewayRow(
                state,
                running=sum(running.get(key, 0) for key in keys),
                unsent=sum(unsent.get(key, 0) for key in keys),
                named_by=named.get(state.gateway.pk, 0),
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


def _named() -> dict[int | None, int]:
    named = Mailing.objects.filter(gateway__isnull=False)
    return dict(named.values_list("gateway_id").annotate(Count("pk")).order_by())
