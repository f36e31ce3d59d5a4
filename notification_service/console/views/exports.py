"""Every list as a CSV with the filters that are on its screen.

A viewer takes away no phones: messages have them masked, and the clients are for operators.
"""

import re
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.console import export_rows, message_queries
from notification_service.console.csv_export import csv_response
from notification_service.console.views.clients import clients_wanted
from notification_service.console.views.mailings import mailings_wanted
from notification_service.console.views.messages import messages_wanted
from notification_service.mailings import stats
from notification_service.mailings.models import ClientUpload, Mailing, Message, RejectedLine

PHONES = "mailings.change_client"
FILTERS = ("status", "q", "phone", "id", "tag", "code", "zone", "reason")


def clients(request: HttpRequest) -> HttpResponseBase:
    _tell(request, Action.CLIENTS_EXPORTED)
    rows = export_rows.client_rows(clients_wanted(request), timezone.get_current_timezone())
    return csv_response("clients.csv", export_rows.CLIENTS, rows)


def mailings(request: HttpRequest) -> HttpResponseBase:
    _tell(request, Action.MAILINGS_EXPORTED)
    rows = export_rows.mailing_rows(mailings_wanted(request), timezone.get_current_timezone())
    return csv_response("mailings.csv", export_rows.MAILINGS, rows)


def messages(request: HttpRequest) -> HttpResponseBase:
    _tell(request, Action.MESSAGES_EXPORTED)
    rows = export_rows.message_rows(
        messages_wanted(request),
        timezone.get_current_timezone(),
        hides_phones=not request.user.has_perm(PHONES),
        wanted=lambda _: True,
    )
    return csv_response("messages.csv", export_rows.MESSAGES, rows)


def messages_of_mailing(request: HttpRequest, pk: int) -> HttpResponseBase:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    _tell(request, Action.MAILING_MESSAGES_EXPORTED, object_id=pk)
    want = message_queries.wanted(request.GET)
    found = Message.objects.filter(mailing_id=pk)
    if want.phone:
        found = found.filter(client_id__in=message_queries.clients_by_phone(want.phone))
    rows = export_rows.message_rows(
        found,
        timezone.get_current_timezone(),
        hides_phones=not request.user.has_perm(PHONES),
        wanted=lambda message: message_queries.matches(message, want),
    )
    return csv_response(f"mailing-{pk}.csv", export_rows.MESSAGES, rows)


def failures(request: HttpRequest, pk: int) -> HttpResponseBase:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    _tell(request, Action.MAILING_FAILURES_EXPORTED, object_id=pk)
    rows = ([each["reason"], each["messages"]] for each in stats.failures_by_reason(pk))
    return csv_response(f"mailing-{pk}-failures.csv", ["reason", "messages"], rows)


def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    upload = get_object_or_404(ClientUpload, pk=pk)
    _tell(request, Action.IMPORT_REJECTED_EXPORTED, object_id=pk, object_name=upload.file_name)
    rows = export_rows.rejected_rows(RejectedLine.objects.filter(upload_id=pk))
    return csv_response(f"import-{pk}-rejected.csv", export_rows.REJECTED, rows)


def _tell(request: HttpRequest, action: Action, **about: Any) -> None:
    """When it begins: whether all of it was taken away, the server does not know."""
    filters = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    if "phone" in filters:
        filters["phone"] = re.sub(r"\D", "", filters["phone"], flags=re.ASCII)[:4] + "***"
    record(action, filters=filters or None, **about)
