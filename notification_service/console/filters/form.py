"""The part of a form that says which clients are meant: of a mailing, and of a segment."""

import json
import re
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.filters import choices
from notification_service.console.filters.builder import Built, built_from, built_of
from notification_service.console.filters.exclusion import PART
from notification_service.console.filters.posted import has_rows
from notification_service.console.filters.rows import Fault, FilterRow
from notification_service.console.filters.shown import RowsShown, rows_shown
from notification_service.console.filters.tag_suggestions import Chip, chips
from notification_service.console.filters.written_parts import (
    PARTS,
    FilterPart,
    read_parts,
    shown_parts,
)
from notification_service.console.parts.fields import CleanText
from notification_service.console.parts.filter_words import FIELD
from notification_service.console.parts.paging import LARGEST_ID, whole_number
from notification_service.console.parts.tag_list import read_tags
from notification_service.directory.rules import TAG_LENGTH, composed, is_operator_code, tag_of
from notification_service.mailings.models import Mailing, Message

MOST_ENTRIES = 1000
COUNT_KEY = re.compile(r"[\w-]{8,32}", re.ASCII)
TAG_ATTRIBUTES = {
    "autocomplete": "off",
    "data-tags": "",
    "hx-get": reverse_lazy("console:tags"),
    "hx-trigger": "focus, input changed delay:200ms",
    "hx-target": "#tag-options",
    "hx-sync": "this:replace",
}
OUTCOME_OF = ("outcome_of_mailing", "outcome_of_statuses")
FILTER_FIELDS = ("operator_codes", "tags", *OUTCOME_OF, *PARTS)


class FilterForm(forms.Form):
    operator_codes = CleanText(
        label=gettext_lazy("Operator codes"),
        required=False,
        help_text=gettext_lazy("Such as 916, 903. Empty: any."),
    )
    tags = CleanText(
        label=gettext_lazy("Tags"),
        required=False,
        strip=False,
        clean_text=composed,  # what they are without invisible characters, each is asked alone
        help_text=gettext_lazy(
            "Such as vip, new. Empty: any. A client needs one of the codes and one of the tags."
        ),
        widget=forms.TextInput(attrs=TAG_ATTRIBUTES),
    )
    untagged = forms.BooleanField(label=gettext_lazy("Clients without a tag as well"), required=False)
    # Given by “Send again”, shown, and not for typing.
    outcome_of_mailing = forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput
    )
    outcome_of_statuses = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    segment = FilterPart(label=gettext_lazy("Segment"))
    # As JSON: the rows of the form are written into them before anything reads them.
    where = FilterPart(label=gettext_lazy("Conditions"))
    exclude = FilterPart(label=gettext_lazy("But not those who…"))

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.bad_rows: list[tuple[str, str]] = []
        self.posted: Built | None = None
        super().__init__(self._written(data) if data is not None else None, *args, **kwargs)

    def _written(self, data: Any) -> Any:
        """Return what was sent, with the rows written into `where` and `exclude`."""
        if not has_rows(data, "where") and not has_rows(data, PART):
            return data
        self.posted, carried = built_from(data), built_of(data)
        parts, bad = self.posted.written()
        self.bad_rows = [(part, _row_fault(row, fault)) for part, row, fault in bad]
        data = data.copy()
        for name, part in parts.items():
            if getattr(self.posted, name) != getattr(carried, name):  # else as it was written
                data[name] = json.dumps(part, ensure_ascii=False) if part else ""
        return data

    @property
    def count_key(self) -> str:
        """The same for all counts of a form that somebody has open, and for no other's."""
        given = str(self.data.get("count_key", ""))
        return given if COUNT_KEY.fullmatch(given) else token_urlsafe(12)

    @property
    def built(self) -> Built:
        return self.posted or built_of({name: self[name].value() for name in PARTS})

    @property
    def where_rows(self) -> RowsShown | None:
        return rows_shown("where", rows) if (rows := self.built.where) is not None else None

    @property
    def exclude_rows(self) -> RowsShown | None:
        return rows_shown(PART, found.rows) if (found := self.built.exclude) else None

    @property
    def segments(self) -> choices.Choices:
        return choices.segments_beside(str(self["segment"].value() or ""))

    @property
    def tag_chips(self) -> list[Chip]:
        return chips(str(self["tags"].value() or "").replace("\0", ""))

    @property
    def excluded_choices(self) -> dict[str, Any]:
        """Return the choices of who is left out, with what is chosen of each."""
        if (found := self.built.exclude) is None:
            return {}
        return {
            "segments": choices.segments_beside(found.segment),
            "segment": found.segment,
            "mailings": choices.mailings_beside(found.mailing),
            "mailing": found.mailing,
            "statuses": choices.statuses_beside(found.statuses),
            "status": found.statuses,
        }

    @property
    def unbuilt(self) -> dict[str, Any]:
        """Return what rows cannot show, for the sentence about it."""
        parts = shown_parts({name: self[name].value() for name in PARTS})
        return {name: part for name, part in parts.items() if getattr(self.built, name, "") is None}

    def clean_operator_codes(self) -> list[str]:
        typed = str(self.cleaned_data["operator_codes"])
        codes = [code for code in dict.fromkeys(re.split(r"[\s,;]+", typed)) if code]
        for code in codes or filter(None, [typed]):  # typed text without a code must not mean "any"
            if not is_operator_code(code):
                raise forms.ValidationError(_("“%(code)s” is not three digits."), params={"code": code[:40]})
        return _few(codes)

    def clean_tags(self) -> list[str]:
        kept = {_on_one_line(tag): tag for tag in read_tags(str(self.initial.get("tags", "")))}
        typed = read_tags(str(self.cleaned_data["tags"]))
        tags = list(dict.fromkeys(kept.get(_on_one_line(tag), tag_of(tag)) for tag in typed))
        if any(len(tag) > TAG_LENGTH for tag in tags):
            raise forms.ValidationError(_("A tag has no more than 255 characters."))
        return _few(tags)

    def clean_outcome_of_statuses(self) -> list[str]:
        statuses = list(filter(None, str(self.cleaned_data["outcome_of_statuses"]).split(",")))
        if not set(statuses) <= set(Message.OUTCOMES):
            raise forms.ValidationError(_("A message cannot end like this."))
        return statuses

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._check_outcome(values)
        self._check_filter(values)
        return values

    def filter_columns(self) -> dict[str, Any]:
        """Return who is meant as the columns of a mailing."""
        values = {name: self.cleaned_data[name] for name in FILTER_FIELDS}
        return values | {"tags": [*values["tags"], *([""] if self.cleaned_data["untagged"] else [])]}

    @property
    def outcome_of(self) -> dict[str, Any] | None:
        """As the form shows it: whose clients it is for, and what became of their messages."""
        given, statuses = (str(self[name].value() or "") for name in OUTCOME_OF)
        mailing, known = (
            whole_number(given),
            [each for each in statuses.split(",") if each in Message.OUTCOMES],
        )
        return {"outcome_of_mailing": mailing, "outcome_of_statuses": known} if mailing and known else None

    @property
    def fixed_recipients(self) -> dict[str, Any] | None:
        """Return the recipients that no field of the form shows; None if there are none."""
        parts: dict[str, Any] = {}
        if self.fields["where"].disabled:
            parts = shown_parts({name: self[name].value() for name in PARTS})
        if not (self.outcome_of or parts):
            return None
        return {**(self.outcome_of or {"outcome_of_mailing": None}), **parts}

    def _check_outcome(self, values: dict[str, Any]) -> None:
        """Require a mailing and statuses together, and a mailing that exists."""
        origin = values.get("outcome_of_mailing")
        if (origin is None) != (not values.get("outcome_of_statuses")):
            self.add_error(None, _("It is not clear whose clients get it. Start again from “Send again”."))
        elif origin is not None and not Mailing.objects.alive().filter(pk=origin).exists():
            words = _("Mailing #%(id)s is deleted: it is no longer known whom it reached.")
            self.add_error(None, words % {"id": origin})

    def _check_filter(self, values: dict[str, Any]) -> None:
        parts, problem = read_parts(values)
        values.update(parts)
        if self.fields["where"].disabled:
            return
        for part, fault in self.bad_rows:
            self.add_error(part, fault)
        if problem and not self.bad_rows:
            self.add_error(None, problem)


def _on_one_line(tag: str) -> str:
    """As a browser sends a field of one line."""
    return re.sub(r"[\r\n]", "", tag)


def _few(entries: list[str]) -> list[str]:
    if len(entries) > MOST_ENTRIES:
        raise forms.ValidationError(_("No more than 1,000 can be chosen."))
    return entries


def _row_fault(row: FilterRow, fault: Fault) -> str:
    field = str(FIELD.get(row.field, row.field.removeprefix("attributes.")))[:60]
    match fault:
        case "empty":
            words = _("Enter what “%(field)s” is compared with.")
        case "number":
            words = _("“%(field)s” is compared with numbers here, such as 1500 or 0.5.")
        case "moment":
            words = _("Enter the day and the time for “%(field)s”.")
        case "value":
            words = _("“%(field)s” cannot be compared with this.")
    return words % {"field": field}
