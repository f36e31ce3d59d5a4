from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts import labels


class PersonForm(forms.Form):
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[*labels.ROLE.items()])
    password = forms.CharField(
        label=gettext_lazy("New password"),
        required=False,
        strip=False,
        help_text=gettext_lazy("Empty: the password stays as it is."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Can log in"), required=False, initial=True)

    def __init__(self, *args: Any, is_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_self:  # people cannot lock themselves out
            self.fields["role"].disabled = self.fields["is_active"].disabled = True
            self.fields["role"].required = False

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password)
        return password


class NewPersonForm(PersonForm):
    username = forms.SlugField(label=gettext_lazy("Username"), max_length=150)
    field_order = ["username", "full_name", "role", "password", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = True
        self.fields["password"].help_text = _("Eight characters or more, and not a common one.")

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("Someone has this name already."))
        return name
