"""Opting out and consenting by hand. Whoever does it says why, for it is somebody else's wish."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts.fields import CleanText, Lines, LocalMoment, phone_of
from notification_service.database.clock import database_now
from notification_service.directory.preferences import FromTheFuture, past
from notification_service.directory.rules import (
    EVIDENCE_LENGTH,
    LINE_PATTERN,
    REASON_LENGTH,
    SOURCE_LENGTH,
    TOPIC_LENGTH,
    line_of,
    matches,
)


class LineField(CleanText):
    """One line of text, with the usual spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(clean_text=line_of, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not matches(LINE_PATTERN, value):
            raise forms.ValidationError(_("Write one line, without control characters."))


class PreferenceForm(forms.Form):
    phone = CleanText(
        label=gettext_lazy("Phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    topic = LineField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=TOPIC_LENGTH,
        help_text=gettext_lazy("As mailings name it. Empty: everything."),
        widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, phone: str | None = None, **kwargs: Any) -> None:
        """`phone`: the client's, where the form is for one."""
        super().__init__(*args, **kwargs)
        self._phone = phone
        if phone:
            del self.fields["phone"]

    def clean_phone(self) -> str:
        return phone_of(str(self.cleaned_data["phone"]))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {"phone": self._phone, **values} if self._phone else values


class OptOutForm(PreferenceForm):
    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Such as: asked for it on the phone."),
    )
    source = LineField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=SOURCE_LENGTH,
        help_text=gettext_lazy("Where it was said, such as the number of a letter or a call."),
    )


class ConsentForm(PreferenceForm):
    given_at = LocalMoment(label=gettext_lazy("Given"), required=False, help_text=gettext_lazy("Empty: now."))
    evidence = Lines(
        rows=3,
        label=gettext_lazy("Evidence"),
        max_length=EVIDENCE_LENGTH,
        help_text=gettext_lazy("What proves it: the form’s address, the words agreed to, a recording."),
    )

    def clean_given_at(self) -> datetime:
        try:
            return past(self.cleaned_data["given_at"], now=database_now())
        except FromTheFuture:
            raise forms.ValidationError(_("A consent cannot be given later than now.")) from None


class EndForm(forms.Form):
    reason = LineField(label=gettext_lazy("Reason"), max_length=REASON_LENGTH)
