"""Files of clients, opt-outs and consents: upload, preview, start, progress, and the rejected lines."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from notification_service.access.phones import note_phones, sees_whole_phones
from notification_service.console.imports import labels as import_labels
from notification_service.console.imports.choices import columns_problem, keep_choices
from notification_service.console.imports.screens import SCREENS, UploadScreen, screen_of
from notification_service.console.imports.upload_handler import UploadHandler
from notification_service.console.imports.zones import zones_shown
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.directory.importing.columns import ATTRIBUTE
from notification_service.directory.importing.uploads import lifecycle
from notification_service.directory.importing.uploads.preview import SHOWN, UploadPreview, preview_upload
from notification_service.directory.models import ClientUpload
from notification_service.mailings.client_uploads import start_upload

MEGABYTE = 1024 * 1024
MOVING = ("arriving", "waiting", "running")
FORM_BYTES = 16 * 1024  # of the form's other fields


def import_list(request: HttpRequest) -> HttpResponse:
    return show_list(request, SCREENS[ClientUpload.Kind.CLIENTS])


@csrf_exempt  # the check would read the file; it is made below, once there is a place for it
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    return receive(request, SCREENS[ClientUpload.Kind.CLIENTS])


def receive(request: HttpRequest, screen: UploadScreen) -> HttpResponse:
    """Take the file of the form. The view is exempt from the check of the CSRF token, made here."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_MB * MEGABYTE + FORM_BYTES:
        return show_list(request, screen, problem=too_large(screen), code=413)
    file = UploadHandler(request, kind=screen.kind)
    request.upload_handlers = [file]
    try:
        return _received(request, file, screen)
    finally:
        file.clean_up()


@csrf_protect
def _received(request: HttpRequest, file: UploadHandler, screen: UploadScreen) -> HttpResponse:
    if "whole" not in request.POST and not file.refusal:
        problem = _("The file did not arrive whole. Send it again.")
        return show_list(request, screen, problem=problem, code=422)
    found = file.finish()
    if found is None:
        problem = file.refusal or _("Choose a file first.")
        return show_list(request, screen, problem=problem, code=422)
    return redirect("console:import", pk=found.pk)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ClientUpload, pk=pk)
    title = _("Import of %(name)s") % {"name": found.file_name}
    if found.status == ClientUpload.Status.READY and sees_whole_phones(request.user):
        note_phones(request.user, SHOWN)
        return show(request, "imports/preview.html", title=title, **_preview(found))
    section = screen_of(found).section
    return show(request, "imports/detail.html", title=title, section=section, **_state(found))


def live(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "console/imports/live.html", _state(get_object_or_404(ClientUpload, pk=pk)))


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Save how the file is to be read, and start it, unless the person only wants to look again."""
    found = get_object_or_404(ClientUpload, pk=pk)
    if found.status == ClientUpload.Status.READY:
        wrong, obstacle = keep_choices(found, request.POST)
        is_start = request.POST.get("action") == "start"
        if wrong or (is_start and obstacle):
            messages.error(request, wrong or obstacle)
        elif is_start:
            start_upload(pk, by=request.user.get_username())
    return redirect("console:import", pk=pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ClientUpload, pk=pk)
    if not lifecycle.cancel(pk):
        messages.error(request, _("Nothing was done: the import has ended in the meantime."))
    return redirect("console:import", pk=pk)


def too_large(screen: UploadScreen) -> str:
    if not screen.has_more:
        return _("The file has more than %(most)s MB. Split it, or send it through the API.") % {
            "most": settings.IMPORT_MAX_MB
        }
    return _(
        "The file has more than %(most)s MB, and this page takes no more. Send it in parts; or use "
        "“manage.py import_clients FILE.csv” or the API, which take any size."
    ) % {"most": settings.IMPORT_MAX_MB}


def _preview(found: ClientUpload) -> dict[str, Any]:
    seen, screen = preview_upload(found), screen_of(found)
    return {
        "upload": found,
        "screen": screen,
        "section": screen.section,
        "look": seen,
        "summary": import_labels.status_summary(found),
        "problem": seen.problem or columns_problem(found),
        "problems": import_labels.first_problems(seen.rejections),
        "advice": import_labels.advice(seen) if seen.takes_nothing else "",
        "rejected": import_labels.rows(len(seen.rejections)),
        "first": labels.number(seen.looked_at),
        "looked_at": import_labels.rows(seen.looked_at),
        "is_csv": found.file_format == ClientUpload.Format.CSV,
        "columns": _columns(found, seen),
        "ignored": _ignored(found, seen),
        "fields": screen.fields.items(),
        "attribute": ATTRIBUTE,
        "encodings": import_labels.ENCODING.items(),
        "separators": import_labels.SEPARATOR.items(),
        "zones": zones_shown(found) if screen.has_more else None,
    }


def _columns(found: ClientUpload, seen: UploadPreview) -> list[tuple[str, str]]:
    if found.file_format == ClientUpload.Format.NDJSON:
        return [(name, name) for name in seen.names]
    return list(zip(seen.names, found.columns, strict=False))


def _ignored(found: ClientUpload, seen: UploadPreview) -> list[str]:
    return [name for name, field in zip(seen.names, found.columns, strict=False) if name and not field]


def _state(found: ClientUpload) -> dict[str, Any]:
    return {
        "upload": found,
        "screen": screen_of(found),
        "summary": import_labels.status_summary(found),
        "percent": import_labels.percent(found),
        "moves": found.status in MOVING,
        "seconds": 1 if found.status in MOVING else 30,
    }


def show_list(
    request: HttpRequest, screen: UploadScreen, *, problem: str = "", code: int = 200
) -> HttpResponse:
    page = page_by_id(request, ClientUpload.objects.filter(kind=screen.kind), rows=20)
    return show(
        request,
        "imports/list.html",
        title=str(screen.title),
        section=screen.section,
        screen=screen,
        code=code,
        page=page,
        problem=problem,
        most=settings.IMPORT_MAX_MB,
        most_bytes=settings.IMPORT_MAX_MB * MEGABYTE,
        too_large=too_large(screen),
    )
