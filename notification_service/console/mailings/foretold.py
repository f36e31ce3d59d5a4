"""The forecast of a mailing, and its plan, for its page: a little old, because a hundred consoles may ask."""

from collections.abc import Sequence

from django.core.cache import cache

from notification_service.mailings.forecast import Forecast, NoForecast, forecast_of, plan_of
from notification_service.mailings.models import Mailing

FORECAST_SECONDS, PLAN_SECONDS = 15, 60
NONE = ""  # in the cache, where None is what is not there

Plan = Sequence[tuple[float, float]]


def forecast(mailing: Mailing) -> Forecast | None:
    """None where there is none: it has ended, or its gateway takes nothing."""
    key = f"console-forecast-{_key(mailing)}"
    found: Forecast | str | None = cache.get(key)
    if found is None:
        found = _read(mailing) or NONE
        cache.set(key, found, FORECAST_SECONDS)
    return found if isinstance(found, Forecast) else None


def plan(mailing: Mailing) -> Plan:
    """How many were to be sent by when; empty for a mailing that has not started, or has ended."""
    if mailing.status not in (Mailing.Status.RUNNING, Mailing.Status.PAUSED):
        return []
    key = f"console-plan-{_key(mailing)}"
    found: Plan | None = cache.get(key)
    if found is None:
        found = list(plan_of(mailing))
        cache.set(key, found, PLAN_SECONDS)
    return found


def _read(mailing: Mailing) -> Forecast | None:
    try:
        return forecast_of(mailing)
    except NoForecast:
        return None


def _key(mailing: Mailing) -> str:
    built = mailing.audience_built_at
    changed = f"{mailing.updated_at.timestamp()}-{mailing.hours_version}-{built and built.timestamp()}"
    return f"{mailing.pk}-{mailing.status}-{changed}"
