"""Whether a mailing has changed since its form was opened, and what changed."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.compose.forms import values_of
from notification_service.console.parts import labels
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing

HAS_CHANGED = {
    (
        *("operator_codes", "tags", "untagged", "outcome_of_mailing", "outcome_of_statuses"),
        *("where", "segment", "exclude"),
    ): gettext_lazy("Its recipients have changed."),
    ("topic", "requires_consent", "ignores_opt_outs"): gettext_lazy(
        "Its topic, or whether it requires consent, has changed."
    ),
    ("gateway", "failover"): gettext_lazy("Its gateways have changed."),
    ("on_unknown",): gettext_lazy("What to do without an answer has changed."),
    ("limit_hours", "window_from", "window_to", "window_days", "window_holidays"): gettext_lazy(
        "Its sending hours have changed."
    ),
    ("spread_minutes",): gettext_lazy("Over how long it is spread has changed."),
    ("ignores_contact_hours",): gettext_lazy("Whether the contact hours hold for it has changed."),
}


def version_of(mailing: Mailing) -> str:
    """Return what the form was opened with. The form carries it and sends it back."""
    values = {name: _plain(value) for name, value in values_of(mailing).items()}
    return json.dumps({"status": mailing.status, **values}, sort_keys=True)


def changes_since(mailing: Mailing, version: str) -> list[str]:
    """Return a sentence for each thing that has changed since the form was opened."""
    try:
        old = dict(json.loads(version))
    except (ValueError, TypeError):
        old = {}
    new = json.loads(version_of(mailing))
    changed = [name for name in new if old.get(name) != new[name]]
    return [_sentence(name, mailing) for name in changed] or [_status_sentence(mailing)]


def fixed_fields(mailing: Mailing) -> set[str]:
    return lifecycle.FIXED_AFTER_START if mailing.status in lifecycle.ACTIVE else set()


def _sentence(name: str, mailing: Mailing) -> str:
    match name:
        case "name":
            return _("Its name is now: “%(name)s”") % {"name": mailing.name}
        case "text":
            return _("The text is now: “%(text)s”") % {"text": mailing.text[:200]}
        case "start_at":
            return _("It now starts at %(when)s.") % {"when": labels.when(mailing.start_at)}
        case "end_at":
            return _("It now ends at %(when)s.") % {"when": labels.when(mailing.end_at)}
    has_changed = next((words for names, words in HAS_CHANGED.items() if name in names), None)
    return str(has_changed) if has_changed else _status_sentence(mailing)


def _status_sentence(mailing: Mailing) -> str:
    return _("The mailing is now “%(status)s”.") % {"status": labels.MAILING_STATUS[mailing.status]}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int | list) else value.isoformat()
