"""Clients as CSV. Whole phones are taken away by operators alone: a viewer gets none of these."""

import json
from collections.abc import Iterator
from datetime import tzinfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.console.clients.views import clients_wanted
from notification_service.console.parts.csv_export import csv_response, record_export
from notification_service.console.parts.export_rows import Row, in_order, moment
from notification_service.directory.importing.rows import COLUMNS
from notification_service.directory.models import Client

HEADER = ["id", *COLUMNS, "created_at", "updated_at"]


def clients(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.CLIENTS_EXPORTED)
    rows = client_rows(clients_wanted(request), timezone.get_current_timezone())
    return csv_response("clients.csv", HEADER, rows)


def client_rows(clients: QuerySet[Client], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(clients):
        for client in some:
            attributes = json.dumps(client.attributes, ensure_ascii=False) if client.attributes else ""
            times = [moment(client.created_at, zone), moment(client.updated_at, zone)]
            about = {name: getattr(client, name) for name in COLUMNS} | {"attributes": attributes}
            yield [client.pk, *about.values(), *times]
