"""Writing and changing a mailing: nothing typed is lost, nothing is made twice, nothing stale is saved."""

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from notification_service.access.doors import may
from notification_service.access.permissions import RESERVED
from notification_service.access.phones import note_phones, phone_for
from notification_service.console.compose.edit_conflicts import changes_since, fixed_fields, version_of
from notification_service.console.compose.forms import SPREAD_TOO_LONG, MailingForm, blank_form, values_of
from notification_service.console.compose.review import Review, preview_and_forecast, review
from notification_service.console.compose.submit_once import create_mailing_once, mailing_made_by
from notification_service.console.compose.text_form import blank_test_send
from notification_service.console.filters.written_parts import PARTS
from notification_service.console.mailings.actions import refused
from notification_service.console.mailings.state import states
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import whole_number
from notification_service.mailings import lifecycle
from notification_service.mailings.counting import COUNT_SECONDS, CountTooSlow, counting_in_time
from notification_service.mailings.models import Mailing, Message, Template
from notification_service.mailings.personal_text import is_personal
from notification_service.mailings.preview import SampleText, sample_texts, shows_phones, stopped_gateway
from notification_service.mailings.validation import HOURS, InvalidChange

MOST_TEMPLATES = 200  # offered in the form
OF_ITS_TIME = ("starts", "start_at", "end_at")  # what a copy of a mailing does not inherit


def create(request: HttpRequest) -> HttpResponse:
    """Show the form; then what it would do; then, if that was confirmed, make the mailing."""
    title = _("New mailing")
    if request.method != "POST":
        return _page(request, _first_form(request), title=title, key=uuid.uuid4())
    form, key = _allowed(request, MailingForm(request.POST)), _key(request)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, form, title=title, key=key)
    found = review(form.fields_of_mailing())
    made = mailing_made_by(key)  # after the review, during which this form's mailing may have been made
    if made is not None and "confirmed" in request.POST:
        messages.info(request, _("This was sent already, as mailing #%(id)s: it counts once.") % {"id": made})
        return _written(made, form.draft)
    if _is_refused(form, found):
        return _page(request, form, title=title, key=key)
    if not _is_confirmed(request, found):
        # A form that a browser restores after it was sent begins another mailing.
        key = key if made is None else uuid.uuid4()
        return _review_page(
            request, form, found, title=pgettext("heading", "Check before sending"), key=key, made=made
        )
    return _schedule(request, form, found, key)


def _schedule(request: HttpRequest, form: MailingForm, found: Review, key: uuid.UUID) -> HttpResponse:
    try:
        mailing_id = create_mailing_once(key, found.fields)
    except InvalidChange as refusal:
        if refusal.field in HOURS | {"send_window"}:
            form.add_error("limit_hours", _hours_refused())
        elif refusal.field in ("start_at", "end_at"):
            form.add_error(refusal.field, _("This time is no longer possible."))
        elif refusal.field == "spread_minutes":
            form.add_error(refusal.field, SPREAD_TOO_LONG)
        else:
            form.add_error(None, _("A segment or a mailing that decides who gets it no longer exists."))
        return _page(request, form, title=_("New mailing"), key=key)
    if found.reached:
        messages.success(request, _("Mailing #%(id)s is scheduled.") % {"id": mailing_id})
    else:
        words = _("Mailing #%(id)s is scheduled. No client matches yet: nobody would get it now.")
        messages.warning(request, words % {"id": mailing_id})
    return _written(mailing_id, form.draft)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    mailing = get_object_or_404(Mailing.objects.alive(), pk=pk)
    about: dict[str, Any] = {"mailing": mailing, "title": _("Change mailing #%(id)s") % {"id": pk}}
    if request.method != "POST":
        if mailing.status not in lifecycle.OPEN:
            return refused(request, pk)
        return _page(request, _allowed(request, _form(mailing, None)), version=version_of(mailing), **about)
    form = _allowed(request, _form(mailing, request.POST))
    version = str(request.POST.get("version", ""))
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
    form = _allowed(request, _form(mailing, request.POST) if mailing else MailingForm(request.POST))
    context: dict[str, Any] = {"form": form, "mailing": mailing, "unsent": _unsent(mailing)}
    if form.is_ready_to_count():
        fields = form.fields_of_mailing()
        context["stopped"] = stopped_gateway(fields)
        try:
            with counting_in_time(key=form.count_key):
                found, foretold = preview_and_forecast(
                    fields, mailing=mailing, is_started=context["unsent"] is not None
                )
                context |= {"preview": found, "forecast": foretold, "samples": _samples(request, fields)}
        except CountTooSlow:
            context["seconds"] = COUNT_SECONDS
    return render(request, "console/compose/preview.html", context)


def _samples(request: HttpRequest, fields: dict[str, Any]) -> list[SampleText]:
    """What three clients would get, if it is not the same for all."""
    if not is_personal(fields["text"]):
        return []
    samples = sample_texts(fields, shown_phone=partial(phone_for, request.user))
    if shows_phones(fields["text"]):
        note_phones(request.user, len(samples))
    return samples


def _written(mailing_id: int, draft: str) -> HttpResponse:
    """Redirect to the mailing; the page there deletes the draft."""
    return redirect(f"{reverse('console:mailing', kwargs={'pk': mailing_id})}?written={draft}")


def _mailing_being_changed(request: HttpRequest) -> Mailing | None:
    pk = whole_number(request.GET.get("mailing"))
    return get_object_or_404(Mailing.objects.alive(), pk=pk) if pk is not None else None


def _unsent(mailing: Mailing | None) -> int | None:
    """Return how many messages a change still reaches, if the audience is fixed."""
    return states([mailing])[0].unsent if mailing and mailing.status in lifecycle.ACTIVE else None


def _save(pk: int, form: MailingForm, version: str) -> list[str] | None:
    """Save it. If it has changed since the form was opened, do not, and return what changed."""
    with transaction.atomic():
        mailing = Mailing.objects.alive().select_for_update().get(pk=pk)
        if version != version_of(mailing):
            return changes_since(mailing, version)
        fields = form.fields_of_mailing()
        changes = {name: value for name, value in fields.items() if name not in fixed_fields(mailing)}
        try:
            lifecycle.update_mailing(pk, **changes)
        except lifecycle.Conflict:
            return changes_since(mailing, version)
        except InvalidChange as refusal:
            return [_refused(refusal)]
    return None


def _refused(refusal: InvalidChange) -> str:
    if refusal.field in HOURS | {"send_window"}:
        return _hours_refused()
    is_of_spread = refusal.field == "spread_minutes"
    return str(SPREAD_TOO_LONG) if is_of_spread else _("The end is past. Choose a later one.")


def _hours_refused() -> str:
    return _("With the contact hours, which hold for every mailing, these hours do not open before the end.")


def _allowed(request: HttpRequest, form: MailingForm) -> MailingForm:
    """Without the fields that this person may not set."""
    for name, permission in RESERVED.items():
        if not may(request.user, permission):
            form.fields.pop(name, None)
    return form


def _form(mailing: Mailing, posted: Any) -> MailingForm:
    """Fields that are fixed since the start are shown and kept, whatever the browser sends."""
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
    form = _allowed(request, blank_form())
    if (template := _template(request)) is not None:
        form.initial["text"] = template.text
    if source is None:
        return form
    copied = values_of(source)
    kept = {name: value for name, value in copied.items() if name not in OF_ITS_TIME}
    form.initial = {**form.initial, **kept, **_for_its_clients(source, request)}
    return form


def _template(request: HttpRequest) -> Template | None:
    pk = whole_number(request.GET.get("template"))
    return Template.objects.filter(pk=pk).first() if pk is not None else None


def _for_its_clients(source: Mailing, request: HttpRequest) -> dict[str, Any]:
    """“Send again”: for exactly those whose message ended so, whatever their codes and tags."""
    asked = request.GET.get("outcome_of", "").split(",")
    statuses = [status for status in asked if status in Message.OUTCOMES]
    if not statuses:
        return {}
    everyone = {"operator_codes": "", "tags": "", "untagged": False, **dict.fromkeys(PARTS, "")}
    return {**everyone, "outcome_of_mailing": source.pk, "outcome_of_statuses": ",".join(statuses)}


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
    """The form goes to the next request in hidden fields and is checked again there: nothing is stored."""
    objection = found.objection(request.POST) if "confirmed" in request.POST else ""
    context |= {"form": form, "review": found, "objection": objection, "is_at_once": found.is_at_once}
    context["stopped"] = stopped_gateway(found.fields)
    context["samples"] = _samples(request, found.fields)
    code = 422 if objection else 200
    return show(request, "compose/review.html", title=title, section="mailings", code=code, **context)


def _page(
    request: HttpRequest, form: MailingForm, *, title: str, code: int = 0, **context: Any
) -> HttpResponse:
    code = code or (422 if form.errors else 200)
    locked = fixed_fields(context["mailing"]) if "mailing" in context else set()
    context |= {"form": form, "test_send_form": blank_test_send(), "is_started": bool(locked)}
    context["templates"] = Template.objects.order_by("name")[:MOST_TEMPLATES]
    return show(request, "compose/form.html", title=title, section="mailings", code=code, **context)
