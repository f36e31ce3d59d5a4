"""Which mailings will not reach everybody, while there is time to act."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.mailings.forecast.ask import forecasts
from notification_service.mailings.forecast.estimate import Forecast, without_curve
from notification_service.mailings.forecast.speed import Limit
from notification_service.mailings.models import Mailing

KEPT_SECONDS = 30
AHEAD = timedelta(days=7)  # of a start
MOST_LOOKED_AT, MOST_WARNINGS = 30, 8
SURE = 0.005  # of the messages; fewer may be a matter of chance


@dataclass(frozen=True, slots=True)
class Shortfall:
    mailing_id: int
    title: str  # of the mailing
    end_at: datetime
    forecast: Forecast


def shortfalls() -> list[Shortfall]:
    """Return them, the first to end first; at most KEPT_SECONDS old, because many consoles ask."""
    found: list[Shortfall] | None = cache.get("forecast-shortfalls")
    if found is None:
        found = read_shortfalls()
        cache.set("forecast-shortfalls", found, KEPT_SECONDS)
    now = datetime.now(UTC)
    return [each for each in found if each.end_at > now]


def read_shortfalls() -> list[Shortfall]:
    active = Mailing.objects.alive().unsettled().filter(status__in=("running", "scheduled"))
    soon = active.filter(start_at__lt=timezone.now() + AHEAD, end_at__gt=timezone.now())
    looked_at = list(soon.order_by("end_at", "pk")[:MOST_LOOKED_AT])
    if not looked_at:
        return []
    short = [mailing for mailing, each in forecasts(looked_at, with_needed=False) if _is_short(each)]
    first = sorted(short, key=lambda mailing: mailing.end_at)[:MOST_WARNINGS]
    found = [
        Shortfall(mailing.pk, mailing.title, mailing.end_at, without_curve(forecast))
        for mailing, forecast in (forecasts(first) if first else ())
    ]
    return sorted(found, key=lambda each: each.end_at)


def _is_short(forecast: Forecast) -> bool:
    """Without any worker there is no forecast here, and another warning."""
    if not forecast.missed:
        return False
    return forecast.limited_by is Limit.HOURS or forecast.missed > SURE * forecast.total


def shortfall_words(title: str, forecast: Forecast, *, end: str) -> str:
    """Say it in a sentence; `end`: when the mailing ends, as the reader writes times."""
    words = ngettext(
        "%(title)s: %(missed)s of %(total)s will not be reached before %(end)s",
        "%(title)s: %(missed)s of %(total)s will not be reached before %(end)s",
        forecast.missed,
    )
    facts = {"missed": rounded(forecast.missed), "total": rounded(forecast.total)}
    return f"{words % {'title': title, 'end': end, **facts}}; {limit_words(forecast)}"


def limit_words(forecast: Forecast) -> str:
    """Say what would have to change, as the second half of a sentence."""
    if forecast.limited_by is Limit.HOURS or forecast.speed is None:
        return _("their sending hours begin after that.")
    facts = {"gateway": forecast.speed.gateway, "rate": rounded(forecast.speed.shown_per_second)}
    if forecast.needed_per_second is None:
        return _("no rate would be enough.")
    facts["needed"] = rounded(forecast.needed_per_second)
    match forecast.limited_by:
        case Limit.GATEWAY_RATE:
            return _("%(needed)s a second are needed, gateway %(gateway)s allows %(rate)s.") % facts
        case Limit.GATEWAY_LATENCY:
            return _("%(needed)s a second are needed, gateway %(gateway)s takes %(rate)s.") % facts
        case _:
            return _("%(needed)s a second are needed, the workers send %(rate)s.") % facts


def rounded(value: float) -> str:
    """Whole, unless it is small."""
    places = 0 if value >= 10 or value == int(value) else 1
    return formats.number_format(value, places, force_grouping=True)
