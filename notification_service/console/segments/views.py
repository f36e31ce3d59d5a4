"""Segments: filters under a name, what uses them, and how many clients each means."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.parts.page import show
from notification_service.console.segments.forms import SegmentForm, values_of
from notification_service.directory.filters import InvalidFilter
from notification_service.directory.models import Segment
from notification_service.directory.versions import Stale
from notification_service.mailings import segment_changes
from notification_service.mailings.counting import COUNT_SECONDS, CountTooSlow
from notification_service.mailings.matching import count_matching
from notification_service.mailings.segment_changes import SegmentInUse, SegmentNameTaken, SegmentUsers

MOST_SHOWN = 500


def segment_list(request: HttpRequest) -> HttpResponse:
    users = segment_changes.users_by_segment()
    rows = list(Segment.objects.order_by("name")[: MOST_SHOWN + 1])
    context: dict[str, Any] = {
        "segments": [(segment, users.get(segment.name)) for segment in rows[:MOST_SHOWN]],
        "more": len(rows) > MOST_SHOWN,
        "most": MOST_SHOWN,
    }
    return show(request, "segments/list.html", title=_("Segments"), section="segments", **context)


def create(request: HttpRequest) -> HttpResponse:
    form = SegmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: segment_changes.create_segment(name=_name(form), filter=form.found))
        if saved is not None:
            messages.success(request, _("The segment “%(name)s” is saved.") % {"name": saved.name})
            return redirect("console:segments")
    return _form_page(request, form, title=_("New segment"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    form = SegmentForm(request.POST or None, initial=values_of(segment))
    version = request.POST.get("version", segment.version)
    users = segment_changes.users_by_segment().get(segment.name)
    if request.method == "POST" and form.is_valid():
        changes: dict[str, Any] = {"name": _name(form), "filter": form.found}
        saved = _saved(form, lambda: segment_changes.update_segment(pk, expected=[version], **changes))
        if saved is not None:
            messages.success(request, _("The segment “%(name)s” is saved.") % {"name": saved.name})
            return redirect("console:segments")
    context = {"segment": segment, "users": users, "version": version}
    return _form_page(request, form, title=_("Change segment"), **context)


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    if request.method == "POST":
        try:
            segment_changes.delete_segment(pk)
        except SegmentInUse:
            return _delete_page(request, segment, code=409)
        messages.success(request, _("The segment “%(name)s” is deleted.") % {"name": segment.name})
        return redirect("console:segments")
    return _delete_page(request, segment)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the recipients of a mailing's form, which stays open."""
    posted = request.POST.copy()
    posted["name"] = request.POST.get("segment_name", "")
    form, saved = SegmentForm(posted), None
    if form.is_valid():
        saved = _saved(form, lambda: segment_changes.create_segment(name=_name(form), filter=form.found))
    return render(request, "console/segments/saved.html", {"form": form, "saved": saved})


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    form, context = SegmentForm(request.POST), dict[str, Any]()
    if form.is_ready_to_count():
        try:
            context["clients"] = count_matching(form.found, key=form.count_key)
        except CountTooSlow:
            context["seconds"] = COUNT_SECONDS
    return render(request, "console/segments/count.html", {"form": form, **context})


def _name(form: SegmentForm) -> str:
    return str(form.cleaned_data["name"])


def _saved(form: SegmentForm, save: Callable[[], Segment]) -> Segment | None:
    """Return the saved segment; None if it was refused, which the form then says."""
    try:
        return save()
    except SegmentNameTaken:
        form.add_error("name", _("Another segment has this name."))
    except SegmentInUse:
        form.add_error("name", _("The name cannot change: the segment is used under it."))
    except Stale:
        form.add_error(None, _("Not saved: somebody else has changed the segment. Open it again."))
    except Segment.DoesNotExist:
        form.add_error(None, _("Not saved: the segment has been deleted in the meantime."))
    except InvalidFilter:
        words = _("Not saved: segments may name one another ten in a chain, but not in a circle.")
        form.add_error(None, words)
    return None


def _form_page(request: HttpRequest, form: SegmentForm, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    return show(
        request, "segments/form.html", title=title, section="segments", code=code, form=form, **context
    )


def _delete_page(request: HttpRequest, segment: Segment, *, code: int = 200) -> HttpResponse:
    users: SegmentUsers | None = segment_changes.users_by_segment().get(segment.name)
    context: dict[str, Any] = {"segment": segment, "users": users, "code": code}
    return show(request, "segments/delete.html", title=_("Delete segment"), section="segments", **context)
