"""Fields of a gateway's form that are more than a line: settings in JSON, certificates, a key."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from notification_service.console.parts.fields import CleanText, short_line_ends
from notification_service.directory.strict_json import RepeatedKey, parse
from notification_service.mailings.gateways.certificates import PEM_CHARACTERS
from notification_service.mailings.gateways.http import in_order
from notification_service.mailings.gateways.http.config import CONFIG_BYTES

CODE = {"spellcheck": "false", "autocomplete": "off", "class": "code"}


class UnshownText(forms.Textarea):
    """A password of many lines: what was entered is not in any page."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:  # noqa: ARG002
        return super().get_context(name, None, attrs)


class Pem(CleanText):
    def __init__(self, *, widget: type[forms.Textarea] = forms.Textarea, **kwargs: Any) -> None:
        attrs = {**CODE, "rows": 4}
        super().__init__(
            clean_text=short_line_ends,
            required=False,
            max_length=PEM_CHARACTERS,
            widget=widget(attrs),
            **kwargs,
        )


class SettingsText(CleanText):
    """JSON, as the person wrote it; its value is what it says, and None without any."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea({**CODE, "rows": 24})
        super().__init__(
            clean_text=short_line_ends,
            required=False,
            max_length=2 * CONFIG_BYTES,
            widget=widget,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else written(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse(text) if text.strip() else None
        except RepeatedKey as error:
            raise ValidationError(_("“%(key)s” occurs twice.") % {"key": error.key}) from None
        except ValueError as error:
            place = {"line": getattr(error, "lineno", 1), "column": getattr(error, "colno", 1)}
            raise ValidationError(
                _("This is not JSON: see line %(line)s, column %(column)s.") % place
            ) from None
        except RecursionError:
            raise ValidationError(_("This is nested too deeply.")) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((self.prepare_value(initial) or "") != short_line_ends(data or ""))


def written(config: Any) -> str:
    return json.dumps(in_order(config), ensure_ascii=False, indent=2)
