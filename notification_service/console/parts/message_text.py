"""The field for a text that clients get: the API's rules, in the operator's words."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts.fields import Lines
from notification_service.mailings.personal_text import (
    MOST_PLACEHOLDERS,
    TEXT_LENGTH,
    InvalidText,
    TextFault,
    read_text,
)

FAULT = {
    TextFault.UNCLOSED: gettext_lazy(
        "At character %(position)s a placeholder begins that is not closed by }}. "
        "If you mean the braces themselves, write \\{{."
    ),
    TextFault.NO_NAME: gettext_lazy("The placeholder at character %(position)s has no name."),
    TextFault.BAD_NAME: gettext_lazy(
        "At character %(position)s: a placeholder’s name has only letters, digits, _ and -."
    ),
    TextFault.TWO_FALLBACKS: gettext_lazy(
        "At character %(position)s: after the first | there can be no second one."
    ),
    TextFault.TOO_MANY: gettext_lazy("A text has no more than %(most)s placeholders."),
}


class MessageText(Lines):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("Text"), max_length=TEXT_LENGTH, rows=6, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text.strip():
            raise forms.ValidationError(_("Write something: white space alone is not sent."))
        try:
            read_text(text)
        except InvalidText as error:
            where = {"position": error.position, "most": MOST_PLACEHOLDERS}
            raise forms.ValidationError(FAULT[error.fault] % where) from None
        return text
