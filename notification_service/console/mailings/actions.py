"""What an operator does to a mailing: one call of the lifecycle, after a page has shown the consequence."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.mailings.state import MailingState, states
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lifecycle.pause_mailing, done=_("Paused: nothing more is sent until you resume."))


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lifecycle.resume_mailing, done=_("Resumed: sending goes on."))


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _do(
            request, pk, lifecycle.cancel_mailing, done=_("Cancelled: what was unsent will not be sent.")
        )
    state = _state(pk)
    if not state.is_open:
        return refused(request, pk)
    return show(
        request,
        "mailings/confirm.html",
        title=_("Cancel mailing #%(id)s") % {"id": pk},
        section="mailings",
        state=state,
        consequence=_cancel_consequence(state),
        button=_("Cancel the mailing"),
    )


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        get_object_or_404(Mailing.objects.alive(), pk=pk)
        lifecycle.delete_mailing(pk)
        messages.success(request, _("Mailing #%(id)s is deleted.") % {"id": pk})
        return redirect("console:mailings")
    state = _state(pk)
    return show(
        request,
        "mailings/confirm.html",
        title=_("Delete mailing #%(id)s") % {"id": pk},
        section="mailings",
        state=state,
        consequence=_delete_consequence(state),
        button=_("Delete the mailing"),
    )


def _do(request: HttpRequest, pk: int, change: Callable[[int], Any], *, done: str) -> HttpResponse:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    try:
        change(pk)
    except lifecycle.Conflict:
        return refused(request, pk)
    messages.success(request, done)
    return _back(request, pk)


def refused(request: HttpRequest, pk: int) -> HttpResponse:
    status = get_object_or_404(Mailing.objects.alive(), pk=pk).status
    refusal = _("Nothing was done: the mailing is now “%(status)s”.")
    messages.error(request, refusal % {"status": labels.MAILING_STATUS[status]})
    return redirect("console:mailing", pk=pk)


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect to the list where the button was pressed, or else to the mailing."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return redirect(page)
    return redirect("console:mailing", pk=pk)


def _state(pk: int) -> MailingState:
    return states([get_object_or_404(Mailing.objects.alive(), pk=pk)])[0]


def _cancel_consequence(state: MailingState) -> str:
    if state.mailing.status == "scheduled":
        return _("It has not started: no one will get it.")
    facts = {"unsent": labels.messages(state.unsent), "sent": labels.messages(state.counts["sent"])}
    return _("Will not be sent: %(unsent)s. Already sent, and cannot be recalled: %(sent)s.") % facts


def _delete_consequence(state: MailingState) -> str:
    facts = {"unsent": labels.messages(state.unsent), "total": labels.messages(state.counts["total"])}
    gone = _("Its text, its statistics and %(total)s are deleted for good.") % facts
    if not state.is_open or not state.unsent:
        return gone
    return _("Will not be sent: %(unsent)s.") % facts + " " + gone
