from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from notification_service.console.gateways.queries import gateway_rows
from notification_service.console.imports import samples
from notification_service.console.overview import queries
from notification_service.console.parts.page import show


def overview(request: HttpRequest) -> HttpResponse:
    return show(request, "overview/overview.html", title=_("Overview"), section="overview", **_numbers())


def live(request: HttpRequest) -> HttpResponse:
    return render(request, "console/overview/live.html", _numbers())


def _numbers() -> dict[str, Any]:
    running, gateways = queries.running_now(), gateway_rows()
    return {
        "running": running,
        "next": queries.starting_next(),
        "needs": queries.needs_you(gateways),
        "gateways": gateways,
        "totals": queries.totals(),
        "chart": queries.recent_chart(),
        "is_empty": queries.is_empty(),
        "offers_samples": samples.are_offered(),
        "seconds": 2 if running else 30,
    }
