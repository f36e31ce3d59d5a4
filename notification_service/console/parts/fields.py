"""Fields whose text is normalised before it is checked, as in the API."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from notification_service.directory.rules import composed, is_phone, typed_phone, visible

LOCAL = "%Y-%m-%dT%H:%M"


class CleanText(forms.CharField):
    """`clean_text` is a function of `directory.rules`; the length is checked after it."""

    def __init__(self, *, clean_text: Callable[[str], str] = visible, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clean_text = clean_text

    def to_python(self, value: Any) -> str:
        return super().to_python(self.clean_text(value or "")) or ""


class Lines(CleanText):
    """A text area. Browsers send a line end as two characters, but the text is counted as it will be sent."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(clean_text=_lines, strip=False, widget=widget, **kwargs)


def _lines(text: str) -> str:
    return composed(short_line_ends(text))


def short_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class LocalMoment(forms.DateTimeField):
    """A date and time in the operator's zone, in the format of the browser's date picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S"], **kwargs)


def phone_of(text: str) -> str:
    """Return the phone, in whatever way it is written. Raises ValidationError."""
    phone = typed_phone(text)
    if not is_phone(phone):
        raise forms.ValidationError(_("A phone is 7 and ten more digits."))
    return phone
