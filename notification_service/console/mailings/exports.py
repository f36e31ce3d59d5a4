"""Mailings, their messages, and whom they have not reached, as CSV."""

import json
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
from notification_service.mailings.matching import filter_as_json
from notification_service.mailings.models import Mailing, Message

COUNTS = ("total", "sent", "sending", "pending", "failed", "expired", "cancelled", "unknown")
HEADER = [
    *("id", "status", "name", "text", "operator_codes", "tags", "outcome_of", "filter", "start_at", "end_at"),
    *("window_from", "window_to", "window_days", "window_holidays"),
    *COUNTS,
]


def mailings(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.MAILINGS_EXPORTED)
    rows = mailing_rows(mailings_wanted(request), timezone.get_current_timezone())
    return csv_response("mailings.csv", HEADER, rows)


def messages(request: HttpRequest, pk: int) -> HttpResponseBase:
    mailing = get_object_or_404(Mailing.objects.alive(), pk=pk)
    record_export(request, Action.MAILING_MESSAGES_EXPORTED, object_id=pk)
    want = message_queries.wanted(request.GET)
    return messages_response(request, f"mailing-{pk}.csv", [Message.objects.of(mailing)], want)


def failures(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Whom it has not reached, and why: one status after another, as an index has them."""
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    record_export(request, Action.MAILING_FAILURES_EXPORTED, object_id=pk)
    of_mailing = Message.objects.filter(mailing_id=pk)
    parts = (of_mailing.filter(undelivered=status) for status in Message.UNDELIVERED)
    want = message_queries.wanted(request.GET)
    return messages_response(request, f"mailing-{pk}-not-sent.csv", parts, want)


def mailing_rows(mailings: QuerySet[Mailing], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(mailings, chunk_rows=500):
        counts = stats.message_counts([mailing.pk for mailing in some])
        for mailing in some:
            yield [
                *(mailing.pk, mailing.status, mailing.name, mailing.text),
                *(", ".join(mailing.operator_codes), ", ".join(mailing.tags), _outcome_of(mailing)),
                json.dumps(filter_as_json(mailing), ensure_ascii=False),
                *(moment(mailing.start_at, zone), moment(mailing.end_at, zone)),
                *(_clock(mailing.window_from), _clock(mailing.window_to)),
                *(", ".join(mailing.window_days), mailing.window_holidays),
                *(counts[mailing.pk][name] for name in COUNTS),
            ]


def _outcome_of(mailing: Mailing) -> str:
    if mailing.outcome_of_mailing is None:
        return ""
    return f"{mailing.outcome_of_mailing}: {', '.join(mailing.outcome_of_statuses)}"


def _clock(at: Any) -> str:
    return f"{at:%H:%M}" if at else ""
