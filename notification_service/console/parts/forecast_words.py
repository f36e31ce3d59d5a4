"""A forecast in a sentence."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.console.parts import labels
from notification_service.mailings.forecast import Forecast, Limit, limit_words, rounded


def forecast_words(forecast: Forecast, *, end_at: datetime) -> str:
    """Empty where there is nothing to say, as of an audience of nobody."""
    if not forecast.missed:
        return _finish(forecast)
    if forecast.speed and not forecast.speed.workers:
        return _("No worker runs: nothing is sent until one does.")
    words = ngettext(
        "%(missed)s of %(total)s client will not be reached before %(end)s",
        "%(missed)s of %(total)s clients will not be reached before %(end)s",
        forecast.total,
    ) % {
        "missed": labels.number(forecast.missed),
        "total": labels.number(forecast.total),
        "end": labels.when(end_at),
    }
    return f"{words}; {limit_words(forecast)}"


def _finish(forecast: Forecast) -> str:
    if forecast.finishes_at is None or forecast.sent == 0:
        return ""
    at = datetime.fromtimestamp(forecast.finishes_at, UTC)
    words = _("It will be sent to everybody by about %(when)s.") % {"when": labels.when(at)}
    return " ".join(part for part in (words, _limit(forecast)) if part)


def _limit(forecast: Forecast) -> str:
    """Why not earlier, where that is worth a sentence."""
    if forecast.speed is None or forecast.limited_by in (None, Limit.SPREAD):
        return ""
    if forecast.limited_by is Limit.HOURS:
        return _("The last clients wait for their sending hours.")
    facts = {"gateway": forecast.speed.gateway, "rate": rounded(forecast.speed.shown_per_second)}
    match forecast.limited_by:
        case Limit.GATEWAY_RATE:
            return _("The gateway %(gateway)s allows %(rate)s a second.") % facts
        case Limit.GATEWAY_LATENCY:
            return _("The gateway %(gateway)s takes %(rate)s a second.") % facts
        case _:
            return _("The workers send %(rate)s a second.") % facts
