"""What the console calls the entries of the audit log."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.audit.models import Entry

ACTION = {
    "mailing.created": gettext_lazy("Mailing scheduled"),
    "mailing.changed": gettext_lazy("Mailing changed"),
    "mailing.started": gettext_lazy("Mailing started"),
    "mailing.missed": gettext_lazy("Mailing missed its time"),
    "mailing.paused": gettext_lazy("Mailing paused"),
    "mailing.resumed": gettext_lazy("Mailing resumed"),
    "mailing.cancelled": gettext_lazy("Mailing cancelled"),
    "mailing.deleted": gettext_lazy("Mailing deleted"),
    "mailing.anonymised": gettext_lazy("Mailing anonymised"),
    "mailing.exported": gettext_lazy("Mailings exported"),
    "mailing.messages_exported": gettext_lazy("Messages of a mailing exported"),
    "mailing.failures_exported": gettext_lazy("Failures of a mailing exported"),
    "message.exported": gettext_lazy("Messages exported"),
    "client.created": gettext_lazy("Client created"),
    "client.changed": gettext_lazy("Client changed"),
    "client.deleted": gettext_lazy("Client deleted"),
    "client.exported": gettext_lazy("Clients exported"),
    "client.phones_read": gettext_lazy("Many phones read"),
    "import.uploaded": gettext_lazy("File of clients uploaded"),
    "import.started": gettext_lazy("Import started"),
    "import.finished": gettext_lazy("Import finished"),
    "import.failed": gettext_lazy("Import stopped by itself"),
    "import.cancelled": gettext_lazy("Import cancelled"),
    "import.rejected_exported": gettext_lazy("Rejected lines exported"),
    "gateway.created": gettext_lazy("Gateway added"),
    "gateway.changed": gettext_lazy("Gateway changed"),
    "gateway.released": gettext_lazy("Gateway tried at once"),
    "gateway.deleted": gettext_lazy("Gateway deleted"),
    "trial.requested": gettext_lazy("Test message requested"),
    "key.created": gettext_lazy("API key created"),
    "key.revoked": gettext_lazy("API key revoked"),
    "person.created": gettext_lazy("Person added"),
    "person.changed": gettext_lazy("Person changed"),
    "person.unlocked": gettext_lazy("Person unlocked"),
    "person.password_changed": gettext_lazy("Own password changed"),
    "person.second_factor_added": gettext_lazy("Second factor switched on"),
    "person.second_factor_removed": gettext_lazy("Second factor removed"),
    "person.signed_in": gettext_lazy("Signed in"),
    "person.sign_in_failed": gettext_lazy("Sign-in failed"),
    "audit.exported": gettext_lazy("Audit log exported"),
}
ACTOR = {
    "person": pgettext_lazy("actor", "person"),
    "key": pgettext_lazy("actor", "API key"),
    "command": pgettext_lazy("actor", "command line"),
    "worker": pgettext_lazy("actor", "the service itself"),
    "nobody": pgettext_lazy("actor", "not signed in"),
}
SOURCE = {"api": pgettext_lazy("source", "API"), "console": pgettext_lazy("source", "console")}
OBJECT = {
    "mailing": pgettext_lazy("object", "mailing"),
    "message": pgettext_lazy("object", "message"),
    "client": pgettext_lazy("object", "client"),
    "import": pgettext_lazy("object", "import"),
    "gateway": pgettext_lazy("object", "gateway"),
    "trial": pgettext_lazy("object", "test to one phone"),
    "key": pgettext_lazy("object", "API key"),
    "person": pgettext_lazy("object", "person"),
    "audit": pgettext_lazy("object", "audit log"),
}
FIELD = {
    "text": gettext_lazy("Text"),
    "start_at": gettext_lazy("Starts"),
    "end_at": gettext_lazy("Ends"),
    "operator_codes": gettext_lazy("Operator codes"),
    "operator_code": gettext_lazy("Operator code"),
    "tags": gettext_lazy("Tags"),
    "tag": gettext_lazy("Tag"),
    "phone": gettext_lazy("Phone"),
    "timezone": gettext_lazy("Time zone"),
    "attributes": gettext_lazy("Attributes"),
    "window_from": gettext_lazy("Window opens"),
    "window_to": gettext_lazy("Window closes"),
    "on_unknown": gettext_lazy("Without an answer"),
    "gateway": gettext_lazy("Gateway"),
    "failover": gettext_lazy("Failover"),
    "status": gettext_lazy("Status"),
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "url": gettext_lazy("Address"),
    "token": gettext_lazy("Token"),
    "token_variable": gettext_lazy("Variable of the token"),
    "connect_timeout_seconds": gettext_lazy("Seconds to connect"),
    "request_timeout_seconds": gettext_lazy("Seconds for a request"),
    "max_requests_per_second": gettext_lazy("Requests a second at most"),
    "max_concurrency": gettext_lazy("Requests at once at most"),
    "priority": gettext_lazy("Priority"),
    "enabled": gettext_lazy("Enabled"),
    "full_name": gettext_lazy("Full name"),
    "may_log_in": gettext_lazy("May log in"),
    "role": gettext_lazy("Role"),
    "password": gettext_lazy("Password"),
    "superuser": gettext_lazy("May do everything"),
    "created": gettext_lazy("New"),
    "updated": pgettext_lazy("import", "Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "rejected": gettext_lazy("Rejected"),
    "fields": gettext_lazy("Changed fields"),
    "cancelled_messages": gettext_lazy("Messages cancelled"),
    "filters": gettext_lazy("Filters"),
    "problem": gettext_lazy("Problem"),
    "bytes": gettext_lazy("Bytes"),
    "scope": gettext_lazy("Scope"),
    "prefix": gettext_lazy("Begins with"),
    "expires_at": gettext_lazy("Works until"),
    "kinds": gettext_lazy("What"),
    "methods": gettext_lazy("How"),
    "reason": gettext_lazy("Reason"),
}


def field(name: str) -> str:
    return str(FIELD.get(name, name))


def action(entry: Entry) -> str:
    return str(ACTION.get(entry.action, entry.action))


def actor(entry: Entry) -> str:
    """The name, with what kind of name it is where it is no person's."""
    kind = str(ACTOR.get(entry.actor_kind, entry.actor_kind))
    if not entry.actor_name:
        return kind
    return entry.actor_name if entry.actor_kind == Entry.Actor.PERSON else f"{entry.actor_name} ({kind})"


def source(entry: Entry) -> str:
    return str(SOURCE.get(entry.source, entry.source))


def what(entry: Entry) -> str:
    """What it was done to, as it was called then; empty where it was not done to a single thing."""
    number = f"#{entry.object_id}" if entry.object_id else ""
    return entry.object_name or number


def value(given: Any) -> str:
    match given:
        case None | "" | []:
            return "–"
        case True:
            return _("yes")
        case False:
            return _("no")
        case list():
            return ", ".join(map(field, map(str, given)))
        case dict():
            return "; ".join(f"{field(name)}: {value(each)}" for name, each in given.items())
    return str(given)
