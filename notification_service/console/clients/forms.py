import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts.fields import CleanText, TagText
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.rows import check_attributes
from notification_service.directory.rules import (
    TAG_LENGTH,
    ZONE_LENGTH,
    is_operator_code,
    is_phone,
    typed_phone,
    visible,
)
from notification_service.directory.zones import known_zones

SPARE_ROWS = 2


class ClientForm(forms.Form):
    phone = CleanText(
        label=gettext_lazy("Phone"),
        max_length=30,
        help_text=gettext_lazy("7 and ten more digits; spaces, dashes and +7 or 8 are understood."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    operator_code = CleanText(
        label=gettext_lazy("Operator code"),
        max_length=3,
        required=False,
        help_text=gettext_lazy("Three digits. Empty: those of the phone."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    tag = TagText(label=gettext_lazy("Tag"), max_length=TAG_LENGTH, required=False)
    timezone = CleanText(
        label=gettext_lazy("Time zone"),
        max_length=ZONE_LENGTH,
        help_text=gettext_lazy("Such as Europe/Moscow."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, attributes: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._attributes = dict(attributes or {})
        self.attributes_error = ""

    def clean_phone(self) -> str:
        return phone_of(str(self.cleaned_data["phone"]))

    def clean_operator_code(self) -> str:
        code = str(self.cleaned_data["operator_code"])
        if code and not is_operator_code(code):
            raise forms.ValidationError(_("An operator code is three digits."))
        return code

    def clean_timezone(self) -> str:
        name = str(self.cleaned_data["timezone"])
        if name not in known_zones():
            raise forms.ValidationError(_("No such time zone is known. Write its name as in Europe/Moscow."))
        return name

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["attributes"] = self._clean_attributes()
        return values

    @property
    def attribute_rows(self) -> list[tuple[str, str]]:
        """What was typed, else what the client has, and some empty rows for more."""
        rows = self._typed_rows() if self.is_bound else [(n, shown(v)) for n, v in self._attributes.items()]
        return [*rows, *[("", "")] * SPARE_ROWS]

    def _typed_rows(self) -> list[tuple[str, str]]:
        names, values = (self.data.getlist(f"attribute_{part}") for part in ("name", "value"))  # type: ignore[attr-defined]
        return [(name, value) for name, value in zip(names, values, strict=False) if name or value]

    def _clean_attributes(self) -> dict[str, Any]:
        rows = [(visible(name).strip(), visible(value).strip()) for name, value in self._typed_rows()]
        try:
            if any(not name for name, _value in rows):
                raise BadLine(_("A value needs a name on its left."))
            if len({name for name, _value in rows}) < len(rows):
                raise BadLine(_("Two attributes have the same name."))
            attributes = {name: typed(value, self._attributes.get(name, "")) for name, value in rows}
            check_attributes(attributes)
        except BadLine as problem:
            self.attributes_error = str(problem)
            self.add_error(None, self.attributes_error)
            return {}
        return attributes


def phone_of(text: str) -> str:
    """The phone however it is written. Raises ValidationError."""
    phone = typed_phone(text)
    if not is_phone(phone):
        raise forms.ValidationError(_("A phone is 7 and ten more digits."))
    return phone


def shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed(text: str, before: Any) -> Any:
    """What was a number or a yes stays one where the text allows it; all else is text."""
    if isinstance(before, str):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if value is None or isinstance(value, bool | int | float) else text
