import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.mailings.client_import.rules import known_zones
from notification_service.mailings.models.client import OPERATOR_CODE_PATTERN, PHONE_PATTERN, TAG_LENGTH


class ClientForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=11,
        help_text=gettext_lazy("7 and ten more digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    operator_code = forms.CharField(label=gettext_lazy("Operator code"), max_length=3)
    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=TAG_LENGTH, required=False)
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=64, help_text=gettext_lazy("Such as Europe/Moscow.")
    )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if not re.search(PHONE_PATTERN.replace("$", r"\Z"), phone):
            raise forms.ValidationError(_("A phone is 7 and ten more digits."))
        return phone

    def clean_operator_code(self) -> str:
        code = str(self.cleaned_data["operator_code"])
        if not re.search(OPERATOR_CODE_PATTERN.replace("$", r"\Z"), code):
            raise forms.ValidationError(_("An operator code is three digits."))
        return code

    def clean_timezone(self) -> str:
        name = str(self.cleaned_data["timezone"])
        if name not in known_zones():
            raise forms.ValidationError(_("No such time zone is known. Write its name as in Europe/Moscow."))
        return name
