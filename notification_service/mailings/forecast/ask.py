"""Forecasts of mailings as they are in the database, beside what is running and scheduled there."""

from collections.abc import Collection, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.utils import timezone

from notification_service.mailings import stats
from notification_service.mailings.contact_hours import both, contact_hours
from notification_service.mailings.forecast.audiences import unsent_zones, whole_zones, zones_of_new
from notification_service.mailings.forecast.estimate import Forecast, foretell
from notification_service.mailings.forecast.flow import Load
from notification_service.mailings.forecast.fluid import run
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
    states = gateways()
    state = _usable(mailing, states)
    beside = _Beside([mailing, *_others(state, states, but=mailing)], now=timezone.now(), watched=mailing.pk)
    return beside.foretell(mailing, speed_of(state.gateway))


def forecast_of_new(
    fields: dict[str, Any], *, zones: dict[str, int] | None = None, but: Mailing | None = None
) -> Forecast:
    """Of a mailing that is not made yet. Raises NoForecast.

    `zones`: its clients, if they are counted. `but`: one that it will replace, so that it is not beside it.
    """
    mailing, states, now = Mailing(**fields), gateways(), timezone.now()
    state = _usable(mailing, states)
    zones = zones_of_new(mailing) if zones is None else zones
    beside = _Beside(_others(state, states, but=but), now=now)
    own = _load(mailing, zones, beside.everyones, now=now)
    return foretell([own, *beside.loads.values()], speed_of(state.gateway), at=now.timestamp())


def forecast_of_changed(mailing: Mailing, fields: dict[str, Any]) -> Forecast:
    """Of what is unsent of a mailing, if it had these fields. Raises NoForecast."""
    changed = copy(mailing)
    for name, value in fields.items():
        setattr(changed, name, value)
    return forecast_of(changed)


def forecasts(wanted: Collection[Mailing], *, with_needed: bool = True) -> list[tuple[Mailing, Forecast]]:
    """Return those of mailings, running or scheduled, whose gateway takes messages and has workers.

    `with_needed`: with the rate that would be enough, which costs several times the rest.
    """
    states, now, found, active = gateways(), timezone.now(), [], _active()
    for state in states:
        here = _at(state, states, active)
        asked = [mailing for mailing in here if mailing in wanted]
        if asked and not stopped_by(asked[0], states):
            found += _foretell_all(asked, here, speed_of(state.gateway), now=now, with_needed=with_needed)
    return found


def _foretell_all(
    asked: Sequence[Mailing], here: Sequence[Mailing], speed: Speed, *, now: datetime, with_needed: bool
) -> list[tuple[Mailing, Forecast]]:
    if not speed.workers:
        return []
    beside = _Beside(here, now=now)
    return [(mailing, beside.foretell(mailing, speed, with_needed=with_needed)) for mailing in asked]


def plan_of(mailing: Mailing) -> Sequence[tuple[float, float]]:
    """Return how many are to be sent by when, at today's speed; empty if nothing is sent."""
    states = gateways()
    state = gateway_for(mailing, states)
    if mailing.started_at is None or state is None or stopped_by(mailing, states):
        return []
    beside = _others(state, states, but=mailing)
    counts = stats.message_counts([each.pk for each in (mailing, *beside)])
    whole = whole_zones(mailing, beside, counts)
    everyones, at = contact_hours(), mailing.started_at
    loads = [_load(each, whole[each.pk], everyones, now=at) for each in (mailing, *beside)]
    return run(
        loads, Calendar(since=at.timestamp()), rate=speed_of(state.gateway).per_second, at=at.timestamp()
    ).curve


class _Beside:
    """Mailings at one gateway, with what is left of each."""

    def __init__(self, mailings: Sequence[Mailing], *, now: datetime, watched: int | None = None) -> None:
        self._now = now
        self._counts = stats.message_counts([mailing.pk for mailing in mailings])
        self.everyones = contact_hours()
        zones = unsent_zones(mailings, self._counts, watched=watched)
        self.loads = {each.pk: _load(each, zones[each.pk], self.everyones, now=now) for each in mailings}

    def foretell(self, mailing: Mailing, speed: Speed, *, with_needed: bool = True) -> Forecast:
        counts = self._counts[mailing.pk]
        written = counts["pending"] + counts["sending"]
        return foretell(
            list(self.loads.values()),
            speed,
            at=self._now.timestamp(),
            watched=list(self.loads).index(mailing.pk),
            sent_before=counts["sent"],
            total=counts["total"] - written + max(written, sum(self.loads[mailing.pk].zones.values())),
            with_needed=with_needed,
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


def _active() -> list[Mailing]:
    """Mailings that are being sent, or will be."""
    active = Mailing.objects.alive().unsettled().filter(status__in=("running", "scheduled"))
    return list(active.order_by("start_at", "pk")[:MOST_BESIDE])


def _at(state: GatewayState, states: list[GatewayState], mailings: Sequence[Mailing]) -> list[Mailing]:
    return [mailing for mailing in mailings if gateway_for(mailing, states) is state]


def _others(state: GatewayState, states: list[GatewayState], *, but: Mailing | None) -> list[Mailing]:
    return [each for each in _at(state, states, _active()) if but is None or each.pk != but.pk]


def _load(mailing: Mailing, zones: dict[str, int], everyones: ContactHours | None, *, now: datetime) -> Load:
    begins = mailing.started_at or max(mailing.start_at, now)
    return Load(
        starts=max(begins, now).timestamp(),
        ends=mailing.end_at.timestamp(),
        zones=zones,
        hours=both(mailing.send_window, None if mailing.ignores_contact_hours else everyones),
        spread_minutes=mailing.spread_minutes,
        begins=begins.timestamp(),
    )
