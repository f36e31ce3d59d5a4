from typing import Any

from rest_framework import serializers

from notification_service.api.fields import Text
from notification_service.directory.rules import composed
from notification_service.mailings.personal_text import (
    MOST_PLACEHOLDERS,
    TEXT_LENGTH,
    InvalidText,
    read_text,
)

NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class HasPlaceholders:
    """A text that was kept before there were placeholders can be sent back unchanged."""

    requires_context = True

    def __call__(self, text: str, field: Any) -> None:
        if text == getattr(field.parent.instance, "text", None):
            return
        try:
            read_text(text)
        except InvalidText as error:
            raise serializers.ValidationError(str(error)) from None


def message_text(*, required: bool = True) -> Text:
    """The field for a text that clients get."""
    return Text(
        pattern=NOT_BLANK,
        meaning="more than white space",
        max_length=TEXT_LENGTH,
        clean=composed,
        validators=[HasPlaceholders()],
        required=required,
        help_text="What is sent, in NFC. `{{name}}` and `{{name|fallback}}` stand for an attribute of the "
        f"client, its `phone` or its `tag`; `\\{{{{` for two braces. At most {MOST_PLACEHOLDERS} of them.",
    )
