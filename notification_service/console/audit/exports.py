import json
from collections.abc import Iterator
from datetime import tzinfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.console.audit.views import entries_wanted, filters_of
from notification_service.console.parts.csv_export import csv_response
from notification_service.console.parts.export_rows import Row, in_order, moment

HEADER = [
    *("id", "at", "action", "object_kind", "object_id", "object_name", "actor_kind", "actor_id"),
    *("actor_name", "address", "source", "request_id", "changes", "facts"),
]


def entries(request: HttpRequest) -> HttpResponseBase:
    filters = {name: value for name, value in filters_of(request).items() if value}
    record(Action.AUDIT_EXPORTED, filters=filters)
    rows = entry_rows(entries_wanted(request), timezone.get_current_timezone())
    return csv_response("audit.csv", HEADER, rows)


def entry_rows(entries: QuerySet[Entry], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(entries):
        for entry in some:
            yield [
                *(entry.pk, moment(entry.at, zone), entry.action),
                *(getattr(entry, name) for name in HEADER[3:-2]),
                *(json.dumps(value, ensure_ascii=False) for value in (entry.changes, entry.facts)),
            ]
