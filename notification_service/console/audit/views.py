"""Who did what, when and from where."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from notification_service.access.models import ApiKey
from notification_service.audit.models import Entry, EntryQuerySet
from notification_service.console.audit import labels as audit_labels
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id, whole_number
from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings.models import Mailing

FILTERS = ("action", "actor", "object", "id", "since", "until")
MOST_ACTORS = 200
PLACES: dict[str, tuple[QuerySet[Any], str]] = {
    "mailing": (Mailing.objects.alive(), "console:mailing"),
    "client": (Client.objects.alive(), "console:client"),
    "import": (ClientUpload.objects.all(), "console:import"),
    "person": (User.objects.all(), "console:person"),
}


def entry_list(request: HttpRequest) -> HttpResponse:
    filters = filters_of(request)
    return show(
        request,
        "audit/list.html",
        title=_("Audit log"),
        section="audit",
        page=page_by_id(request, entries_wanted(request)),
        filters=filters,
        is_filtered=any(filters.values()),
        actions=audit_labels.ACTION.items(),
        actors=audit_labels.ACTOR.items(),
        objects=audit_labels.OBJECT.items(),
        people=_named("person", User.objects.order_by("username"), "username"),
        keys=_named("key", ApiKey.objects.order_by("name"), "name"),
    )


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(Entry, pk=pk)
    return show(
        request,
        "audit/entry.html",
        title=audit_labels.action(entry),
        section="audit",
        entry=entry,
        place=_place(entry),
    )


def entries_wanted(request: HttpRequest) -> EntryQuerySet:
    """Return the entries that pass the list's filters. A filter that makes no sense is ignored."""
    filters, entries = filters_of(request), Entry.objects.all()
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


def filters_of(request: HttpRequest) -> dict[str, str]:
    given = {name: request.GET.get(name, "").strip().replace("\0", "") for name in FILTERS}
    kind, _, number = given["actor"].partition(":")
    is_actor = kind in audit_labels.ACTOR and (not number or whole_number(number) is not None)
    return given | {
        "action": given["action"] if given["action"] in audit_labels.ACTION else "",
        "actor": given["actor"] if is_actor else "",
        "object": given["object"] if given["object"] in audit_labels.OBJECT else "",
        "id": str(whole_number(given["id"].removeprefix("#")) or ""),
        "since": given["since"] if _day(given["since"]) else "",
        "until": given["until"] if _day(given["until"]) else "",
    }


def _day(text: str) -> datetime | None:
    """Return when the day begins in the operator's zone."""
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
    """Return the address of the object's page, if there still is one."""
    if entry.object_kind not in PLACES or entry.object_id is None:
        return ""
    rows, name = PLACES[entry.object_kind]
    found: Model | None = rows.all().filter(pk=entry.object_id).first()
    return reverse(name, args=[entry.object_id]) if found else ""
