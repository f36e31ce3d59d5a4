import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts.fields import CleanText, phone_of
from notification_service.console.parts.tag_list import read_tags
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.rows import check_attributes
from notification_service.directory.rules import (
    MOST_TAGS,
    TAG_LENGTH,
    ZONE_LENGTH,
    TagFault,
    UnacceptableTags,
    clean_tags,
    is_operator_code,
    visible,
)
from notification_service.directory.zone_names import offer
from notification_service.directory.zones import known_zones

SPARE_ROWS = 2
OFFERED_ZONES = 3


class ClientForm(forms.Form):
    phone = CleanText(
        label=gettext_lazy("Phone"),
        max_length=30,
        help_text=gettext_lazy(
            "In any of the usual ways: +7 (916) 123-45-67, 8 916 123 45 67 or 916 123-45-67."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    operator_code = CleanText(
        label=gettext_lazy("Operator code"),
        max_length=3,
        required=False,
        help_text=gettext_lazy("Three digits. Empty: those of the phone."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    tags = CleanText(
        label=gettext_lazy("Tags"),
        required=False,
        help_text=gettext_lazy("With commas between, such as vip, new. The most important one first."),
    )
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

    def clean_tags(self) -> list[str]:
        try:
            return clean_tags(read_tags(str(self.cleaned_data["tags"])))
        except UnacceptableTags as problem:
            raise forms.ValidationError(tags_problem(problem)) from None

    def clean_timezone(self) -> str:
        name, known = str(self.cleaned_data["timezone"]), known_zones()
        if name in known:
            return name
        if offered := offer(name, zones=known, at=timezone.now()).zones[:OFFERED_ZONES]:
            words = _("Write the time zone by its name. Is it %(zones)s?")
            raise forms.ValidationError(words % {"zones": ", ".join(offered)})
        raise forms.ValidationError(_("No such time zone is known. Write its name as in Europe/Moscow."))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["attributes"] = self._clean_attributes()
        return values

    @property
    def attribute_rows(self) -> list[tuple[str, str]]:
        """Return what was typed, or what the client has, with some empty rows for more."""
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


def tags_problem(problem: UnacceptableTags) -> str:
    match problem.fault:
        case TagFault.TOO_MANY:
            return _("A client has no more than %(most)d tags.") % {"most": MOST_TAGS}
        case TagFault.TOO_LONG:
            return _("A tag has no more than %(most)d characters.") % {"most": TAG_LENGTH}
        case TagFault.TWICE:
            return _("A tag is given twice.")
        case _:
            return _("A tag is one line without control characters.")


def shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed(text: str, before: Any) -> Any:
    """A number or a yes/no stays one if the text allows it; everything else is text."""
    if isinstance(before, str):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if value is None or isinstance(value, bool | int | float) else text
