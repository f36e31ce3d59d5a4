"""Who did what, when and from where."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry, EntryQuerySet
from notification_service.console import audit_words, export_rows
from notification_service.console.csv_export import csv_response
from notification_service.console.paging import page_by_id, whole_number
from notification_service.console.views.page import show
from notification_service.mailings.models import Client, ClientUpload, Mailing

FILTERS = ("action", "actor", "object", "id", "since", "until")
MOST_ACTORS = 200
PLACES: dict[str, tuple[QuerySet[Any], str]] = {
    "mailing": (Mailing.objects.alive(), "console:mailing"),
    "client": (Client.objects.alive(), "console:client"),
    "import": (ClientUpload.objects.all(), "console:import"),
    "person": (User.objects.all(), "console:person"),
}


def entry_list(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    return show(
        request,
        "audit.html",
        title=_("Audit log"),
        section="audit",
        page=page_by_id(request, entries_wanted(request)),
        filters=filters,
        is_filtered=any(filters.values()),
        actions=audit_words.ACTION.items(),
        actors=audit_words.ACTOR.items(),
        objects=audit_words.OBJECT.items(),
        people=_named("person", User.objects.order_by("username"), "username"),
        keys=_named("key", apps.get_model("api", "ApiKey").objects.order_by("name"), "name"),
    )


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(Entry, pk=pk)
    return show(
        request,
        "audit_entry.html",
        title=audit_words.action(entry),
        section="audit",
        entry=entry,
        place=_place(entry),
    )


def export(request: HttpRequest) -> HttpResponseBase:
    record(Action.AUDIT_EXPORTED, filters={n: value for n, value in _filters(request).items() if value})
    rows = export_rows.audit_rows(entries_wanted(request), timezone.get_current_timezone())
    return csv_response("audit.csv", export_rows.AUDIT, rows)


def entries_wanted(request: HttpRequest) -> EntryQuerySet:
    """The entries that the list's filters leave; what is no filter leaves all."""
    filters, entries = _filters(request), Entry.objects.all()
    if filters["action"]:
        entries = entries.filter(action=filters["action"])
    if filters["actor"]:
        entries = entries.by(filters["actor"])
    if filters["object"]:
        entries = entries.about(filters["object"])
    if filters["id"]:
        entries = entries.filter(object_id=filters["id"])
    if since := _day(filters["since"]):
        entries = entries.filter(at__gte=since)
    if until := _day(filters["until"]):
        entries = entries.filter(at__lt=until + timedelta(days=1))
    return entries


def _filters(request: HttpRequest) -> dict[str, str]:
    given = {name: request.GET.get(name, "").strip().replace("\0", "") for name in FILTERS}
    kind, _, number = given["actor"].partition(":")
    is_actor = kind in audit_words.ACTOR and (not number or whole_number(number) is not None)
    return given | {
        "action": given["action"] if given["action"] in audit_words.ACTION else "",
        "actor": given["actor"] if is_actor else "",
        "object": given["object"] if given["object"] in audit_words.OBJECT else "",
        "id": str(whole_number(given["id"].removeprefix("#")) or ""),
        "since": given["since"] if _day(given["since"]) else "",
        "until": given["until"] if _day(given["until"]) else "",
    }


def _day(text: str) -> datetime | None:
    """When the day begins in the operator's zone."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) if day and _is_sound(day) else None


def _is_sound(day: date) -> bool:
    return 1970 <= day.year <= 9000  # far from where a calendar ends


def _named(kind: str, rows: QuerySet[Any], name: str) -> list[tuple[str, str]]:
    return [(f"{kind}:{pk}", each) for pk, each in rows.values_list("pk", name)[:MOST_ACTORS]]


def _place(entry: Entry) -> str:
    """Where the object is shown, if it still is."""
    if entry.object_kind not in PLACES or entry.object_id is None:
        return ""
    rows, name = PLACES[entry.object_kind]
    found: Model | None = rows.all().filter(pk=entry.object_id).first()
    return reverse(name, args=[entry.object_id]) if found else ""
