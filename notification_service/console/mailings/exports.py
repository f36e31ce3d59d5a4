"""Mailings, their messages and why some failed, as CSV."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.console.mailings.views import mailings_wanted
from notification_service.console.messages import queries as message_queries
from notification_service.console.messages.exports import messages_response
from notification_service.console.parts.csv_export import csv_response, record_export
from notification_service.console.parts.export_rows import Row, in_order, moment
from notification_service.mailings import stats
from notification_service.mailings.models import Mailing, Message

COUNTS = ("total", "sent", "sending", "pending", "failed", "expired", "cancelled", "unknown")
HEADER = [
    *("id", "status", "text", "operator_codes", "tags", "start_at", "end_at", "window_from", "window_to"),
    *COUNTS,
]
FAILURES_HEADER = ["reason", "code", "code_number", "messages"]


def mailings(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.MAILINGS_EXPORTED)
    rows = mailing_rows(mailings_wanted(request), timezone.get_current_timezone())
    return csv_response("mailings.csv", HEADER, rows)


def messages(request: HttpRequest, pk: int) -> HttpResponseBase:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    record_export(request, Action.MAILING_MESSAGES_EXPORTED, object_id=pk)
    want = message_queries.wanted(request.GET)
    found = Message.objects.filter(mailing_id=pk)
    if want.phone:
        found = found.filter(client_id__in=message_queries.clients_by_phone(want.phone))
    return messages_response(
        request,
        f"mailing-{pk}.csv",
        found,
        wanted=lambda message: message_queries.matches(message, want),
    )


def failures(request: HttpRequest, pk: int) -> HttpResponseBase:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    record_export(request, Action.MAILING_FAILURES_EXPORTED, object_id=pk)
    rows = ([str(why), why.code.value, why.number, count] for why, count in stats.failures_by_reason(pk))
    return csv_response(f"mailing-{pk}-failures.csv", FAILURES_HEADER, rows)


def mailing_rows(mailings: QuerySet[Mailing], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(mailings, chunk_rows=500):
        counts = stats.message_counts([mailing.pk for mailing in some])
        for mailing in some:
            yield [
                *(mailing.pk, mailing.status, mailing.text),
                *(", ".join(mailing.operator_codes), ", ".join(mailing.tags)),
                *(moment(mailing.start_at, zone), moment(mailing.end_at, zone)),
                *(_clock(mailing.window_from), _clock(mailing.window_to)),
                *(counts[mailing.pk][name] for name in COUNTS),
            ]


def _clock(at: Any) -> str:
    return f"{at:%H:%M}" if at else ""
