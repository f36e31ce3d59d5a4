"""The last step before a mailing: what it will do, what a person must agree to, what the button says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.console.parts import labels
from notification_service.console.parts.forecast_words import forecast_words
from notification_service.console.parts.paging import whole_number
from notification_service.mailings.forecast import (
    Forecast,
    NoForecast,
    forecast_of_changed,
    forecast_of_new,
)
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.preview import AudiencePreview, clients_and_excluded, preview
from notification_service.mailings.validation import AUDIENCE

ALIKE_WITHIN = timedelta(days=1)
GROWTH_UNASKED = 1.1  # so that a running import does not raise the same question for ever


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is what the ticked box sends. If an older agreement no longer counts, the key differs."""

    key: str
    fact: str
    consent: str
    mailing_id: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """`unsent` is for a mailing that has started, whose audience is fixed."""

    fields: dict[str, Any]
    preview: AudiencePreview
    unsent: int | None
    questions: list[Question]
    forecast: str  # in words; empty where there is none

    @property
    def reached(self) -> int:
        return self.preview.reached if self.unsent is None else self.unsent

    @property
    def is_at_once(self) -> bool:
        return self.preview.first_at is not None and self.preview.first_at <= timezone.now()

    @property
    def refusal(self) -> tuple[str, str] | None:
        """Return the field and the words if it is certain that nobody would get it."""
        if self.unsent is None and not self.preview.do_hours_meet:
            return "limit_hours", _(
                "They never overlap with the contact hours, which hold for every mailing."
            )
        if self.unsent is not None or self.preview.reached:
            return None
        if self.preview.clients:
            return "end_at", _(
                "Nobody can be reached: their sending hours begin after the end. Choose a later end."
            )
        if self.fields["start_at"] <= timezone.now():
            return "operator_codes", _("No client matches: nobody would get it. Remove a code or a tag.")
        return None

    @property
    def button(self) -> str:
        if self.unsent is not None:
            return _("Save the changes")
        if self.is_at_once:
            words = ngettext("Send now to %(number)s client", "Send now to %(number)s clients", self.reached)
            return words % {"number": labels.number(self.reached)}
        starts = self.fields["start_at"]
        opens = starts if starts > timezone.now() else self.preview.first_at or starts
        return _("Schedule for %(when)s") % {"when": labels.when(opens)}

    def objection(self, posted: QueryDict) -> str:
        """Return why the button, which carries the number that it showed, is not enough; empty if it is."""
        seen = whole_number(posted.get("confirmed"))
        is_more = self.unsent is None and self.reached > (seen or 0) * GROWTH_UNASKED
        if seen is None or is_more:
            return _("More clients match than when you looked. Nothing was sent: look again.")
        if {question.key for question in self.questions} - {*posted.getlist("agreed")}:
            return _("Nothing was done. Confirm what is marked below, or go back to the form.")
        return ""


def review(fields: dict[str, Any], *, mailing: Mailing | None = None, unsent: int | None = None) -> Review:
    """Review a new mailing, or a change of `mailing`. After the start, its audience raises no question."""
    found, foretold = preview_and_forecast(fields, mailing=mailing, is_started=unsent is not None)
    if unsent is not None:
        return Review(fields, found, unsent, _nobody_left(found, unsent), foretold)
    asked = [*_nobody(found), *_everyone(fields, found), *_alike(fields, mailing)]
    return Review(fields, found, unsent, asked, foretold)


def preview_and_forecast(
    fields: dict[str, Any], *, mailing: Mailing | None, is_started: bool
) -> tuple[AudiencePreview, str]:
    """Return what it would do, and the forecast in words, from one count of its clients."""
    counted = clients_and_excluded(Mailing(**fields))
    found = preview(fields, counted=counted)
    try:
        foretold = _foretold(fields, mailing if is_started else None, counted[0], but=mailing)
    except NoForecast:  # the page says that the gateway takes nothing
        return found, ""
    return found, forecast_words(foretold, end_at=fields["end_at"])


def _foretold(
    fields: dict[str, Any], started: Mailing | None, zones: dict[str, int], *, but: Mailing | None
) -> Forecast:
    return forecast_of_changed(started, fields) if started else forecast_of_new(fields, zones=zones, but=but)


def _nobody(found: AudiencePreview) -> list[Question]:
    if found.clients:
        return []
    fact = _("No client matches now. Nobody gets it, unless somebody matches when it starts.")
    return [Question("nobody", fact, _("Yes, schedule it: clients will be added before it starts"))]


def _nobody_left(found: AudiencePreview, unsent: int) -> list[Question]:
    """A question, not a refusal: who matches today may differ from who matched at the start."""
    if not unsent or not found.clients or found.reached:
        return []
    fact = _("Nobody can be reached: their sending hours begin after the end. What is unsent expires.")
    return [Question("nobody", fact, _("Yes, save it: nothing more is to be sent"))]


def _everyone(fields: dict[str, Any], found: AudiencePreview) -> list[Question]:
    if any(fields[name] for name in AUDIENCE) or not found.clients:
        return []
    fact = _("Nothing restricts the recipients: it goes to everyone.")
    consent = _("Yes, send it to everyone: %(clients)s") % {"clients": labels.clients(found.clients)}
    return [Question("everyone", fact, consent)]


def _alike(fields: dict[str, Any], but: Mailing | None) -> list[Question]:
    """Return the latest mailing of about the same time with this text, if a client may be in both."""
    starts = fields["start_at"]
    others = Mailing.objects.alive().exclude(pk=but.pk if but else 0)
    others = others.exclude(status=Mailing.Status.CANCELLED, started_at=None)
    if set(fields["outcome_of_statuses"]) <= set(Message.NOT_REACHED):
        others = others.exclude(pk=fields["outcome_of_mailing"] or 0)  # from which these clients got nothing
    others = others.filter(start_at__range=(starts - ALIKE_WITHIN, starts + ALIKE_WITHIN))
    alike = others.filter(text__iexact=fields["text"]).order_by("-pk")
    shared = (
        other
        for other in alike
        if _share(other.operator_codes, fields["operator_codes"]) and _share(other.tags, fields["tags"])
    )
    return [_asked_of(other) for other in shared][:1]


def _share(some: Sequence[str], others: Sequence[str]) -> bool:
    return not some or not others or not {*some}.isdisjoint(others)


def _asked_of(other: Mailing) -> Question:
    facts = {"id": other.pk, "when": labels.when(other.start_at)}
    fact = _("Mailing #%(id)s (%(when)s) has the same text and some of the same clients.") % facts
    return Question(f"alike-{other.pk}", fact, _("Yes, send it again: some may get it twice"), other.pk)
