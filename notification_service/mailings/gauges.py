"""The state of the whole service in a few numbers, from mailings, gateways and counters, not messages."""

from dataclasses import dataclass

from notification_service.mailings import stats
from notification_service.mailings.gateways import State, gateway_states
from notification_service.mailings.heartbeats import LiveWorkers, live_workers
from notification_service.mailings.models import Gateway
from notification_service.mailings.sql import sql


@dataclass(frozen=True, slots=True)
class Gauges:
    mailings: dict[str, int]  # by status, with the total
    messages: dict[str, int]
    breakers: dict[str, Gateway.Breaker]  # by gateway
    unusable: dict[str, bool]  # by gateway: whether a worker can send nothing to it as it is configured
    queue_pending: float  # of running mailings
    queue_sending: float
    oldest_due_seconds: float
    start_late_seconds: float  # of a mailing that should have started
    settle_late_seconds: float  # of a mailing past its deadline that is not settled
    removal_seconds: float  # since the oldest deletion that is not done
    lease_late_seconds: float  # since the end of the oldest lease that nobody has rescued
    workers: LiveWorkers


def read_gauges() -> Gauges:
    counts = stats.overall_counts()
    pending, sending, oldest_due = sql.row("gauges/queue")
    gateways = gateway_states(Gateway.objects.order_by("name"))
    start_late, settle_late = sql.row("gauges/lateness")
    return Gauges(
        mailings=counts["mailings"],
        messages=counts["messages"],
        breakers={state.gateway.name: state.gateway.breaker for state in gateways},
        unusable={state.gateway.name: state.state is State.UNUSABLE for state in gateways},
        queue_pending=pending,
        queue_sending=sending,
        oldest_due_seconds=oldest_due,
        start_late_seconds=start_late,
        settle_late_seconds=settle_late,
        removal_seconds=sql.row("gauges/removal")[0],
        lease_late_seconds=sql.row("gauges/lease")[0],
        workers=live_workers(),
    )
