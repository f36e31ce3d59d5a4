"""Whether a form still speaks of the mailing as it is, and what changed if it does not."""

import json
from typing import Any

from django.utils.translation import gettext as _

from notification_service.console.compose.forms import values_of
from notification_service.console.parts import labels
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing


def version_of(mailing: Mailing) -> str:
    """What the form was opened with: it travels in the form and comes back with it."""
    values = {name: _plain(value) for name, value in values_of(mailing).items()}
    return json.dumps({"status": mailing.status, **values}, sort_keys=True)


def changes_since(mailing: Mailing, version: str) -> list[str]:
    """A sentence for each thing that is no longer what the form was opened with."""
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
        case "text":
            return _("The text is now: “%(text)s”") % {"text": mailing.text[:200]}
        case "start_at":
            return _("It now starts at %(when)s.") % {"when": labels.when(mailing.start_at)}
        case "end_at":
            return _("It now ends at %(when)s.") % {"when": labels.when(mailing.end_at)}
        case "operator_codes" | "tags" | "untagged":
            return _("Its recipients have changed.")
        case "gateway" | "failover":
            return _("Its gateways have changed.")
        case "on_unknown":
            return _("What to do without an answer has changed.")
        case "limit_hours" | "window_from" | "window_to":
            return _("Its sending hours have changed.")
        case _:
            return _status_sentence(mailing)


def _status_sentence(mailing: Mailing) -> str:
    return _("The mailing is now “%(status)s”.") % {"status": labels.MAILING_STATUS[mailing.status]}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int) else value.isoformat()
