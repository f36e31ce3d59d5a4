"""Clients as CSV, with whole phones, so viewers cannot export them."""

import json
from collections.abc import Iterator
from datetime import tzinfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.console.clients.views import clients_wanted
from notification_service.console.parts.csv_export import csv_response, file_response, record_export
from notification_service.console.parts.export_rows import Row, in_order, moment
from notification_service.directory.importing.rows import COLUMNS
from notification_service.directory.models import Client
from notification_service.directory.tag_cells import cell_of_tags
from notification_service.mailings.personal_data import personal_data

HEADER = ["id", *COLUMNS, "created_at", "updated_at"]


def clients(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.CLIENTS_EXPORTED)
    rows = client_rows(clients_wanted(request), timezone.get_current_timezone())
    return csv_response("clients.csv", HEADER, rows)


def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All that is known of one person, in a file."""
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    record_export(request, Action.CLIENT_DATA_EXPORTED, object_id=pk)
    content = json.dumps(personal_data(client), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return file_response(f"client-{pk}.json", iter([content]), content_type="application/json")


def client_rows(clients: QuerySet[Client], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(clients):
        for client in some:
            attributes = json.dumps(client.attributes, ensure_ascii=False) if client.attributes else ""
            times = [moment(client.created_at, zone), moment(client.updated_at, zone)]
            about = {name: getattr(client, name) for name in COLUMNS} | {
                "tags": cell_of_tags(client.tags),
                "attributes": attributes,
            }
            yield [client.pk, *about.values(), *times]
