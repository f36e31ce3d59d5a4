"""When a mailing will be finished, and if not before its end, who will be left out.

Pure arithmetic in `estimate`, `fluid`, `sharing`, `openings` and `speed`; the others read what it takes.
"""

from notification_service.mailings.forecast.ask import (
    NoForecast,
    forecast_of,
    forecast_of_changed,
    forecast_of_new,
    plan_of,
)
from notification_service.mailings.forecast.audiences import zones_of
from notification_service.mailings.forecast.estimate import Forecast
from notification_service.mailings.forecast.speed import Limit
from notification_service.mailings.forecast.warnings import (
    Shortfall,
    limit_words,
    read_shortfalls,
    rounded,
    shortfall_words,
    shortfalls,
)

__all__ = [
    "Forecast",
    "Limit",
    "NoForecast",
    "Shortfall",
    "forecast_of",
    "forecast_of_changed",
    "forecast_of_new",
    "limit_words",
    "plan_of",
    "read_shortfalls",
    "rounded",
    "shortfall_words",
    "shortfalls",
    "zones_of",
]
