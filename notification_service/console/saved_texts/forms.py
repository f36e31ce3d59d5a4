from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.console.parts.fields import CleanText
from notification_service.console.parts.message_text import MessageText
from notification_service.directory.rules import tag_of
from notification_service.mailings.models.template import NAME_LENGTH


class TemplateForm(forms.Form):
    name = CleanText(label=pgettext_lazy("of a template", "Name"), max_length=NAME_LENGTH, clean_text=tag_of)
    text = MessageText(
        help_text=gettext_lazy(
            "{{name}} stands for an attribute of the client, {{name|friend}} for “friend” if there is none."
        )
    )
