"""Forecasts of mailings as they are in the database, beside what is running and scheduled there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from notification_service.mailings import stats
from notification_service.mailings.contact_hours import both, contact_hours
from notification_service.mailings.forecast.answer import Forecast, foretell
from notification_service.mailings.forecast.audiences import unsent_zones, whole_zones, zones_of_new
from notification_service.mailings.forecast.fluid import Load, run
from notification_service.mailings.forecast.openings import Calendar
from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.forecast.speeds import speed_of
from notification_service.mailings.gateways import (
    GatewayState,
    State,
    gateway_for,
    gateway_states,
    stopped_by,
)
from notification_service.mailings.models import ContactHours, Gateway, Mailing

MOST_BESIDE = 100  # mailings; those that start later hardly matter


class NoForecast(Exception):  # noqa: N818
    """`args[0]` says why."""


def forecast_of(mailing: Mailing) -> Forecast:
    """Of what is unsent of a mailing; of a paused one, as if it were resumed now. Raises NoForecast."""
    if mailing.status in (Mailing.Status.FINISHED, Mailing.Status.CANCELLED):
        raise NoForecast(f"The mailing is {mailing.status}: there is nothing to foretell.")
    states, now = gateways(), timezone.now()
    state = _usable(mailing, states)
    others = [each for each in sending_at(state, states) if each.pk != mailing.pk]
    loads = loads_of([mailing, *others], now=now, watched=mailing.pk)
    return _foretell(mailing, loads, speed_of(state.gateway), now=now)


def forecast_of_new(fields: dict[str, Any], *, zones: dict[str, int] | None = None) -> Forecast:
    """Of a mailing that is not made yet; `zones`: its clients, if they are counted. Raises NoForecast."""
    mailing, states, now = Mailing(**fields), gateways(), timezone.now()
    state = _usable(mailing, states)
    zones = zones_of_new(mailing) if zones is None else zones
    own = _load(mailing, zones, contact_hours(), now=now)
    loads = loads_of(sending_at(state, states), now=now)
    return foretell([own, *loads.values()], speed_of(state.gateway), at=now.timestamp())


def forecasts(mailings: Sequence[Mailing]) -> list[tuple[Mailing, Forecast]]:
    """Of those whose gateway takes messages. Mailings that run or are scheduled."""
    states, now, found = gateways(), timezone.now(), []
    for state in states:
        at_gateway = sending_at(state, states)
        wanted = [mailing for mailing in at_gateway if mailing in mailings]
        if wanted and not stopped_by(wanted[0], states):
            speed, loads = speed_of(state.gateway), loads_of(at_gateway, now=now)
            found += [(each, _foretell(each, loads, speed, now=now)) for each in wanted]
    return found


def plan_of(mailing: Mailing) -> Sequence[tuple[float, float]]:
    """How many were to be sent by when, from its start on, at today's speed; empty where nothing is sent."""
    states = gateways()
    state = gateway_for(mailing, states)
    if mailing.started_at is None or state is None or stopped_by(mailing, states):
        return []
    beside = [each for each in sending_at(state, states) if each.pk != mailing.pk]
    whole = whole_zones([mailing, *beside])
    everyones, at = contact_hours(), mailing.started_at
    loads = [_load(each, whole[each.pk], everyones, now=at) for each in (mailing, *beside)]
    return run(
        loads, Calendar(since=at.timestamp()), rate=speed_of(state.gateway).per_second, at=at.timestamp()
    ).curve


def _foretell(mailing: Mailing, loads: dict[int, Load], speed: Speed, *, now: datetime) -> Forecast:
    counts = stats.message_counts([mailing.pk])[mailing.pk]
    written = counts["pending"] + counts["sending"]
    return foretell(
        list(loads.values()),
        speed,
        at=now.timestamp(),
        watched=list(loads).index(mailing.pk),
        sent_before=counts["sent"],
        total=counts["total"] - written + max(written, sum(loads[mailing.pk].zones.values())),
    )


def gateways() -> list[GatewayState]:
    return gateway_states(Gateway.objects.order_by("priority", "id"))


def _usable(mailing: Mailing, states: list[GatewayState]) -> GatewayState:
    if stopped := stopped_by(mailing, states):
        raise NoForecast(_why(stopped))
    found = gateway_for(mailing, states)
    assert found is not None  # a migration makes the first gateway
    return found


def _why(stopped: GatewayState) -> str:
    name = stopped.gateway.name
    if stopped.state is State.DISABLED:
        return f"The gateway {name} is disabled: nothing is sent until it is enabled."
    if stopped.state is State.HELD:
        return f"The gateway {name} takes nothing now ({stopped.gateway.held_why}): ask again when it does."
    return f"The gateway {name} is not set up correctly ({stopped.unusable_reason}): nothing is sent."


def sending_at(state: GatewayState, states: list[GatewayState]) -> list[Mailing]:
    """Return the mailings that send to a gateway, or will."""
    active = Mailing.objects.alive().unsettled().filter(status__in=("running", "scheduled"))
    mailings = active.order_by("start_at", "pk")[:MOST_BESIDE]
    return [mailing for mailing in mailings if gateway_for(mailing, states) is state]


def loads_of(mailings: Sequence[Mailing], *, now: datetime, watched: int | None = None) -> dict[int, Load]:
    """By mailing: what is left of each."""
    zones, everyones = unsent_zones(mailings, watched=watched), contact_hours()
    return {mailing.pk: _load(mailing, zones[mailing.pk], everyones, now=now) for mailing in mailings}


def _load(mailing: Mailing, zones: dict[str, int], everyones: ContactHours | None, *, now: datetime) -> Load:
    spread_minutes = None  # of the mailing, once it has the field
    begins = mailing.started_at or max(mailing.start_at, now)
    return Load(
        starts=max(begins, now).timestamp(),
        ends=mailing.end_at.timestamp(),
        zones=zones,
        hours=both(mailing.send_window, None if mailing.ignores_contact_hours else everyones),
        spread_until=None if spread_minutes is None else begins.timestamp() + 60 * spread_minutes,
    )
