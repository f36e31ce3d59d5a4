from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from notification_service.access.phones import note_phones
from notification_service.console.mailings.pending_by_opening import pending_by_opening
from notification_service.console.mailings.state import states
from notification_service.console.mailings.status_summary import status_summary
from notification_service.console.messages import queries as message_queries
from notification_service.console.parts import charts, labels
from notification_service.console.parts.page import show
from notification_service.mailings import stats
from notification_service.mailings.models import Mailing

REASONS = 8


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = _numbers(pk)
    want = message_queries.wanted(request.GET)
    page = message_queries.messages_of(pk, want, context["state"].counts)
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "mailings/detail.html",
        title=_("Mailing #%(id)s") % {"id": pk},
        section="mailings",
        want=want,
        page=page,
        statuses=labels.MESSAGE_STATUS.items(),
        **context,
    )


def live(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "console/mailings/detail_live.html", _numbers(pk))


def _numbers(pk: int) -> dict[str, Any]:
    mailing = get_object_or_404(Mailing.objects.alive().select_related("gateway"), pk=pk)
    state = states([mailing])[0]
    openings = pending_by_opening(mailing)
    return {
        "mailing": mailing,
        "state": state,
        "openings": [(opening, labels.utc_offset(opening.offset_minutes)) for opening in openings],
        "summary": status_summary(state, openings),
        "chart": charts.chart(stats.timeline(pk)),
        "failures": stats.failures_by_reason(pk)[:REASONS],
        "seconds": 2 if state.moves else 30,
    }
