"""The state of gateways: from their rows, and from what living workers report about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, TextChoices
from django.db.models.functions import Now

from notification_service.mailings.gateways.unusable import GatewayUnusable
from notification_service.mailings.models import Gateway, GatewayUse, Mailing, Worker

FRESH = timedelta(seconds=5)  # a worker says every second that it lives; what of a gateway, while it sends


class State(TextChoices):
    HEALTHY = "healthy"
    SLOW = "slow"  # a worker has fewer requests under way than a healthy gateway would be given
    HELD = "held"  # nothing goes to it but a probe
    DISABLED = "disabled"
    UNUSABLE = "unusable"  # a worker can send nothing to it as it is configured


STOPPED = (State.HELD, State.UNUSABLE)


@dataclass(frozen=True, slots=True)
class GatewayState:
    gateway: Gateway
    state: State
    is_default: bool
    workers: int
    concurrency: int
    full_concurrency: int
    latency_ms: float | None  # the mean of the workers that sent it requests
    unusable_problem: str  # why a worker can send nothing to it; empty if all can
    unusable_reason: str  # the same in English, with names and numbers


def default_gateway() -> Gateway | None:
    """Return the enabled gateway with the lowest priority; None if every gateway is disabled."""
    return Gateway.objects.filter(enabled=True).order_by("priority", "id").first()


def stopped_by(mailing: Mailing, states: list[GatewayState]) -> GatewayState | None:
    """The gateway that a mailing's messages wait for, as it takes none now; None: some gateway takes them."""
    chosen = gateway_for(mailing, states)
    return chosen if chosen and chosen.state in (*STOPPED, State.DISABLED) else None


def gateway_for(mailing: Mailing, states: list[GatewayState]) -> GatewayState | None:
    """The gateway that a mailing's messages go to, or wait for; None only where there is no gateway.

    `states` are those of all gateways, by priority and id. The choice is that of `delivery/sql/claim.sql`.
    """
    default = next((state.gateway.pk for state in states if state.is_default), None)
    own_id = mailing.gateway_id or default
    own = next((state for state in states if state.gateway.pk == own_id), None)
    usable = [state for state in states if state.gateway.enabled and (state is own or mailing.failover)]
    if not usable:
        return own or next(iter(states), None)
    return min(usable, key=lambda state: (state.gateway.held_at is not None, state is not own))


def gateway_states(gateways: Iterable[Gateway]) -> list[GatewayState]:
    """Two queries for any number of gateways."""
    default, rows = default_gateway(), list(gateways)
    alive = Worker.objects.filter(seen_at__gt=Now() - FRESH).values("name")
    fresh = GatewayUse.objects.filter(Q(seen_at__gt=Now() - FRESH) | Q(worker__in=alive), gateway__in=rows)
    uses: dict[int, list[GatewayUse]] = {row.pk: [] for row in rows}
    for use in fresh:
        uses[use.gateway_id].append(use)
    return [_state(row, uses[row.pk], is_default=row == default) for row in rows]


def note_usability(gateway_id: int, *, worker: str, unusable: GatewayUnusable | None) -> None:
    """Record why a worker can send nothing to a gateway, or, with None, that it can again."""
    problem, reason = (unusable.problem.value, unusable.reason) if unusable else ("", "")
    said = {"seen_at": Now(), "unusable_problem": problem, "unusable_reason": reason[:200]}
    unused = {"lease_expires_at": Now(), "concurrency": 0, "full_concurrency": 0}
    GatewayUse.objects.update_or_create(
        gateway_id=gateway_id, worker=worker, defaults=said, create_defaults=said | unused
    )


def _state(gateway: Gateway, uses: list[GatewayUse], *, is_default: bool) -> GatewayState:
    unusable = next((use for use in uses if use.unusable_reason), None)
    latencies = [use.latency_ms for use in uses if use.latency_ms is not None]
    return GatewayState(
        gateway=gateway,
        state=_word(gateway, uses),
        is_default=is_default,
        workers=len(uses),
        concurrency=sum(use.concurrency for use in uses),
        full_concurrency=sum(use.full_concurrency for use in uses),
        latency_ms=sum(latencies) / len(latencies) if latencies else None,
        unusable_problem=unusable.unusable_problem if unusable else "",
        unusable_reason=unusable.unusable_reason if unusable else "",
    )


def _word(gateway: Gateway, uses: list[GatewayUse]) -> State:
    if not gateway.enabled:
        return State.DISABLED
    if gateway.held_at is not None:
        return State.HELD
    if any(use.unusable_reason for use in uses):
        return State.UNUSABLE
    slow = any(use.concurrency < use.full_concurrency for use in uses)
    return State.SLOW if slow else State.HEALTHY
