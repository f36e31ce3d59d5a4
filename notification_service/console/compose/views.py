"""Writing a mailing and changing one: nothing typed is lost, nothing is made twice, nothing stale is kept."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from notification_service.console.compose.edit_conflicts import changes_since, fixed_fields, version_of
from notification_service.console.compose.forms import MailingForm, blank_form, values_of
from notification_service.console.compose.preview import preview as preview_of
from notification_service.console.compose.review import Review, review
from notification_service.console.compose.submit_once import create_mailing_once, mailing_made_by
from notification_service.console.compose.text_form import blank_trial
from notification_service.console.mailings.actions import refused
from notification_service.console.mailings.state import states
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import whole_number
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing
from notification_service.sessions import request_transaction

OF_ITS_TIME = ("starts", "start_at", "end_at")  # what a copy of a mailing does not take over


def create(request: HttpRequest) -> HttpResponse:
    """The form; what it would do; and, where that was confirmed, the mailing."""
    title = _("New mailing")
    if request.method != "POST":
        return _page(request, _first_form(request), title=title, key=uuid.uuid4())
    form, key = MailingForm(request.POST), _key(request)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, form, title=title, key=key)
    found = review(form.fields_of_mailing())
    made = mailing_made_by(key)  # asked after the review, which may have met the mailing of this very form
    if made is not None and "confirmed" in request.POST:
        messages.info(request, _("This was sent already, as mailing #%(id)s: it counts once.") % {"id": made})
        return _written(made, "new")
    if _is_refused(form, found):
        return _page(request, form, title=title, key=key)
    if not _is_confirmed(request, found):
        # A form that a browser brings back after it was sent is the beginning of another mailing.
        key = key if made is None else uuid.uuid4()
        return _review_page(
            request, form, found, title=pgettext("heading", "Check before sending"), key=key, made=made
        )
    return _schedule(request, form, found, key)


def _schedule(request: HttpRequest, form: MailingForm, found: Review, key: uuid.UUID) -> HttpResponse:
    try:
        mailing_id = create_mailing_once(key, found.fields)
    except lifecycle.InvalidChange as refusal:
        form.add_error(refusal.field, _("This time is no longer possible."))
        return _page(request, form, title=_("New mailing"), key=key)
    if found.reached:
        messages.success(request, _("Mailing #%(id)s is scheduled.") % {"id": mailing_id})
    else:
        words = _("Mailing #%(id)s is scheduled. No client matches yet: nobody would get it now.")
        messages.warning(request, words % {"id": mailing_id})
    return _written(mailing_id, "new")


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    mailing = get_object_or_404(Mailing.objects.alive(), pk=pk)
    about: dict[str, Any] = {"mailing": mailing, "title": _("Change mailing #%(id)s") % {"id": pk}}
    if request.method != "POST":
        if mailing.status not in lifecycle.OPEN:
            return refused(request, pk)
        return _page(request, _form(mailing, None), version=version_of(mailing), **about)
    form, version = _form(mailing, request.POST), str(request.POST.get("version", ""))
    if not form.is_valid() or "change" in request.POST:
        return _page(request, form, version=version, **about)
    if version == version_of(mailing):
        found = review(form.fields_of_mailing(), mailing=mailing, unsent=_unsent(mailing))
        if _is_refused(form, found):
            return _page(request, form, version=version, **about)
        if not _is_confirmed(request, found):
            title = _("Check the changes of mailing #%(id)s") % {"id": pk}
            return _review_page(request, form, found, title=title, version=version)
    if (changed := _save(pk, form, version)) is None:
        messages.success(request, _("The mailing is changed; it applies to what is unsent."))
        return _written(pk, str(pk))
    mailing.refresh_from_db()
    return _page(request, form, code=409, changed=changed, version=version_of(mailing), **about)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    mailing = _mailing_being_changed(request)
    form = _form(mailing, request.POST) if mailing else MailingForm(request.POST)
    found = preview_of(form.fields_of_mailing()) if form.is_valid() else None
    context = {"form": form, "preview": found, "mailing": mailing, "unsent": _unsent(mailing)}
    return render(request, "console/compose/preview.html", context)


def _written(mailing_id: int, draft: str) -> HttpResponse:
    """To the mailing; the page there forgets the draft."""
    return redirect(f"{reverse('console:mailing', kwargs={'pk': mailing_id})}?written={draft}")


def _mailing_being_changed(request: HttpRequest) -> Mailing | None:
    pk = whole_number(request.GET.get("mailing"))
    return get_object_or_404(Mailing.objects.alive(), pk=pk) if pk is not None else None


def _unsent(mailing: Mailing | None) -> int | None:
    """Of a mailing whose audience is fixed: whom a change still reaches."""
    return states([mailing])[0].unsent if mailing and mailing.status in lifecycle.ACTIVE else None


def _save(pk: int, form: MailingForm, version: str) -> list[str] | None:
    """None when it is saved; else what changed since the form was opened."""
    with request_transaction():
        mailing = Mailing.objects.alive().select_for_update().get(pk=pk)
        if version != version_of(mailing):
            return changes_since(mailing, version)
        fields = form.fields_of_mailing()
        changes = {name: value for name, value in fields.items() if name not in fixed_fields(mailing)}
        try:
            lifecycle.update_mailing(pk, **changes)
        except lifecycle.Conflict:
            return changes_since(mailing, version)
        except lifecycle.InvalidChange:
            return [_("The end is past. Choose a later one.")]
    return None


def _form(mailing: Mailing, posted: Any) -> MailingForm:
    """What is fixed since the start is shown, and kept, whatever a browser sends."""
    initial = values_of(mailing)
    fixed = fixed_fields(mailing)
    form = MailingForm(posted, initial=initial)
    for name in fixed | ({"starts", "untagged"} if fixed else set()):
        if name in form.fields:
            form.fields[name].disabled = True
    return form


def _first_form(request: HttpRequest) -> MailingForm:
    origin = whole_number(request.GET.get("from"))
    source = Mailing.objects.alive().filter(pk=origin).first() if origin is not None else None
    form = blank_form()
    if source is None:
        return form
    copied = values_of(source)
    kept = {name: value for name, value in copied.items() if name not in OF_ITS_TIME}
    form.initial = {**form.initial, **kept}
    return form


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(str(request.POST.get("key", "")))
    except ValueError:
        return uuid.uuid4()


def _is_refused(form: MailingForm, found: Review) -> bool:
    if found.refusal:
        form.add_error(*found.refusal)
    return bool(found.refusal)


def _is_confirmed(request: HttpRequest, found: Review) -> bool:
    return "confirmed" in request.POST and not found.objection(request.POST)


def _review_page(
    request: HttpRequest, form: MailingForm, found: Review, *, title: str, **context: Any
) -> HttpResponse:
    """The form goes on to the next request in hidden fields, to be judged anew: nothing is kept meanwhile."""
    objection = found.objection(request.POST) if "confirmed" in request.POST else ""
    context |= {"form": form, "review": found, "objection": objection, "is_at_once": found.is_at_once}
    code = 422 if objection else 200
    return show(request, "compose/review.html", title=title, section="mailings", code=code, **context)


def _page(
    request: HttpRequest, form: MailingForm, *, title: str, code: int = 0, **context: Any
) -> HttpResponse:
    code = code or (422 if form.errors else 200)
    locked = fixed_fields(context["mailing"]) if "mailing" in context else set()
    context |= {"form": form, "trial_form": blank_trial(), "is_started": bool(locked)}
    return show(request, "compose/form.html", title=title, section="mailings", code=code, **context)
