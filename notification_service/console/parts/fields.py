"""Fields whose text is made alike before anything of it is checked, as the API's are."""

from collections.abc import Callable
from typing import Any

from django import forms

from notification_service.directory.rules import composed, tag_of, visible


class CleanText(forms.CharField):
    """`clean_text` is one of `directory.rules`; the length is that of what it makes of the text."""

    def __init__(self, *, clean_text: Callable[[str], str] = visible, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clean_text = clean_text

    def to_python(self, value: Any) -> str:
        return super().to_python(self.clean_text(value or "")) or ""


class TagText(CleanText):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(clean_text=tag_of, **kwargs)


class Lines(CleanText):
    """A text area. The browser sends the end of a line as two characters; a text is counted as it is sent."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(clean_text=_lines, strip=False, widget=widget, **kwargs)


def _lines(text: str) -> str:
    return composed(text.replace("\r\n", "\n").replace("\r", "\n"))
