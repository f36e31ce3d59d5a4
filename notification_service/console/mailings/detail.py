from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from notification_service.access.phones import note_phones
from notification_service.console.mailings.foretold import forecast, plan
from notification_service.console.mailings.pending_by_opening import pending_by_opening
from notification_service.console.mailings.state import MailingState, expected_clients, states
from notification_service.console.mailings.status_summary import status_summary
from notification_service.console.mailings.undelivered import Undelivered, undelivered
from notification_service.console.messages import queries as message_queries
from notification_service.console.messages.again import send_again
from notification_service.console.parts import charts, labels
from notification_service.console.parts.forecast_words import forecast_words
from notification_service.console.parts.page import show
from notification_service.mailings import reason_labels, stats
from notification_service.mailings.contact_hours import contact_hours
from notification_service.mailings.gateways import incidents_of
from notification_service.mailings.models import Mailing, Message

REASONS = 12
INCIDENTS = 5


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = _numbers(pk)
    want = replace(message_queries.wanted(request.GET), mailing=pk, id=None)
    counts = context["state"].counts
    page = message_queries.page_of(Message.objects.of(context["mailing"]), want, counts)
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "mailings/detail.html",
        title=labels.mailing(context["mailing"]),
        section="mailings",
        want=want,
        page=page,
        again=send_again(want, counts),
        statuses=labels.MESSAGE_STATUS.items(),
        deliveries=labels.DELIVERY.items(),
        reasons=_reasons(context["undelivered"], want),
        **context,
    )


def live(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "console/mailings/detail_live.html", _numbers(pk))


def _numbers(pk: int) -> dict[str, Any]:
    mailing = get_object_or_404(Mailing.objects.alive().select_related("gateway"), pk=pk)
    state = states([mailing])[0]
    minutes = stats.timeline(pk)
    openings = pending_by_opening(mailing)
    expected = expected_clients([mailing])[pk] if mailing.status == "scheduled" else None
    foretold = _foretold(state)
    return {
        "mailing": mailing,
        "state": state,
        "everyones": contact_hours(),
        "openings": [(opening, labels.utc_offset(opening.offset_minutes)) for opening in openings],
        "summary": status_summary(state, openings, expected_clients=expected, is_foretold=bool(foretold)),
        "forecast": foretold,
        "chart": charts.chart(minutes, plan=plan(mailing)),
        "delivery_chart": charts.chart(minutes, series=stats.DELIVERIES[:2]) if state.has_receipts else None,
        "undelivered": undelivered(pk, state.counts),
        "most_reasons": REASONS,
        "incidents": list(incidents_of(mailing).reverse()[:INCIDENTS]),
        "all_again": send_again(message_queries.Wanted(mailing=pk), state.counts),
        "seconds": 2 if state.moves else 30,
    }


def _foretold(state: MailingState) -> str:
    """There is no forecast while it is paused: a person decides when it continues."""
    mailing = state.mailing
    if mailing.status != "scheduled" and not (mailing.status == "running" and state.unsent):
        return ""
    found = forecast(mailing)
    return forecast_words(found, end_at=mailing.end_at) if found else ""


def _reasons(found: Undelivered, want: message_queries.Wanted) -> list[tuple[str, str]]:
    """The reasons in this mailing, without their causes, and the chosen one."""
    whys = {group.why.key: group.why._replace(cause=None) for group in found.groups}
    if want.why:
        whys.setdefault(want.reason, want.why._replace(cause=None))
    return sorted(((key, reason_labels.reason(why)) for key, why in whys.items()), key=lambda each: each[1])
