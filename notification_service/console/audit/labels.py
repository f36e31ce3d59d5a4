"""What the console calls the entries of the audit log."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.audit.models import Entry

ACTION = {
    "mailing.created": gettext_lazy("Mailing scheduled"),
    "mailing.changed": gettext_lazy("Mailing changed"),
    "mailing.started": gettext_lazy("Mailing started"),
    "mailing.missed": gettext_lazy("Mailing not started in time"),
    "mailing.paused": gettext_lazy("Mailing paused"),
    "mailing.resumed": gettext_lazy("Mailing resumed"),
    "mailing.cancelled": gettext_lazy("Mailing cancelled"),
    "mailing.deleted": gettext_lazy("Mailing deleted"),
    "mailing.anonymised": gettext_lazy("Mailing anonymised"),
    "mailing.exported": gettext_lazy("Mailings exported"),
    "mailing.messages_exported": gettext_lazy("Messages of a mailing exported"),
    "mailing.failures_exported": gettext_lazy("Failures of a mailing exported"),
    "message.exported": gettext_lazy("Messages exported"),
    "message.opt_out_ignored": gettext_lazy("Message sent despite opt-outs"),
    "client.created": gettext_lazy("Client created"),
    "client.changed": gettext_lazy("Client changed"),
    "client.deleted": gettext_lazy("Client deleted"),
    "client.exported": gettext_lazy("Clients exported"),
    "client.data_exported": gettext_lazy("Data of a client exported"),
    "client.phones_read": gettext_lazy("Many phones read"),
    "bulk.requested": gettext_lazy("Change of many clients requested"),
    "bulk.finished": gettext_lazy("Change of many clients finished"),
    "bulk.failed": gettext_lazy("Change of many clients stopped"),
    "bulk.cancelled": gettext_lazy("Change of many clients cancelled"),
    "bulk.undone": gettext_lazy("Change of many clients undone"),
    "opt_out.created": gettext_lazy("Opted out"),
    "opt_out.withdrawn": gettext_lazy("Opt-out withdrawn"),
    "opt_out.imported": gettext_lazy("Opt-outs imported"),
    "consent.created": gettext_lazy("Consent recorded"),
    "consent.revoked": gettext_lazy("Consent revoked"),
    "consent.imported": gettext_lazy("Consents imported"),
    "import.uploaded": gettext_lazy("File of clients uploaded"),
    "import.started": gettext_lazy("Import started"),
    "import.finished": gettext_lazy("Import finished"),
    "import.failed": gettext_lazy("Import stopped"),
    "import.cancelled": gettext_lazy("Import cancelled"),
    "import.rejected_exported": gettext_lazy("Rejected lines exported"),
    "segment.created": gettext_lazy("Segment saved"),
    "segment.changed": gettext_lazy("Segment changed"),
    "segment.deleted": gettext_lazy("Segment deleted"),
    "gateway.created": gettext_lazy("Gateway added"),
    "gateway.changed": gettext_lazy("Gateway changed"),
    "gateway.released": gettext_lazy("Gateway tried on request"),
    "gateway.receipt_key_replaced": gettext_lazy("Receipt key replaced"),
    "gateway.deleted": gettext_lazy("Gateway deleted"),
    "webhook.created": gettext_lazy("Webhook added"),
    "webhook.changed": gettext_lazy("Webhook changed"),
    "webhook.deleted": gettext_lazy("Webhook deleted"),
    "webhook.secret_rotated": gettext_lazy("Secret of a webhook replaced"),
    "webhook.tested": gettext_lazy("Test of a webhook"),
    "webhook.redelivered": gettext_lazy("Events sent to a webhook again"),
    "webhook.disabled": gettext_lazy("Webhook disabled by the service"),
    "template.created": gettext_lazy("Template saved"),
    "template.changed": gettext_lazy("Template changed"),
    "template.deleted": gettext_lazy("Template deleted"),
    "contact_hours.changed": gettext_lazy("Contact hours changed"),
    "test_send.requested": gettext_lazy("Test message requested"),
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
    "gateway": pgettext_lazy("actor", "provider"),
    "command": pgettext_lazy("actor", "command line"),
    "worker": pgettext_lazy("actor", "the service itself"),
    "nobody": pgettext_lazy("actor", "not signed in"),
}
SOURCE = {"api": pgettext_lazy("source", "API"), "console": pgettext_lazy("source", "console")}
OBJECT = {
    "mailing": pgettext_lazy("object", "mailing"),
    "message": pgettext_lazy("object", "message"),
    "client": pgettext_lazy("object", "client"),
    "bulk": pgettext_lazy("object", "change of many clients"),
    "opt_out": pgettext_lazy("object", "opt-out"),
    "consent": pgettext_lazy("object", "consent"),
    "import": pgettext_lazy("object", "import"),
    "segment": pgettext_lazy("object", "segment"),
    "gateway": pgettext_lazy("object", "gateway"),
    "template": pgettext_lazy("object", "template"),
    "webhook": pgettext_lazy("object", "webhook"),
    "contact_hours": pgettext_lazy("object", "contact hours"),
    "test_send": pgettext_lazy("object", "test to one phone"),
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
    "outcome_of_mailing": gettext_lazy("Clients of mailing"),
    "outcome_of_statuses": gettext_lazy("What became of their messages"),
    "where": gettext_lazy("Condition"),
    "segment": gettext_lazy("Segment"),
    "exclude": gettext_lazy("Left out"),
    "filter": gettext_lazy("Filter"),
    "tag": gettext_lazy("Tag"),
    "phone": gettext_lazy("Phone"),
    "timezone": gettext_lazy("Time zone"),
    "attributes": gettext_lazy("Attributes"),
    "topic": gettext_lazy("Topic"),
    "requires_consent": gettext_lazy("Only with consent"),
    "ignores_opt_outs": gettext_lazy("Ignores opt-outs"),
    "given_at": gettext_lazy("Given"),
    "external_id": gettext_lazy("Id in another system"),
    "reference": gettext_lazy("Id in another system"),
    "window_from": gettext_lazy("Sending hours from"),
    "window_to": gettext_lazy("Sending hours to"),
    "window_days": gettext_lazy("Days"),
    "window_holidays": gettext_lazy("Public holidays"),
    "ignores_contact_hours": gettext_lazy("Not held to the contact hours"),
    "spread_minutes": gettext_lazy("Spread over minutes"),
    "on_unknown": gettext_lazy("Without an answer"),
    "gateway": gettext_lazy("Gateway"),
    "failover": gettext_lazy("Failover"),
    "status": gettext_lazy("Status"),
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "url": gettext_lazy("Address"),
    "token": gettext_lazy("Token"),
    "config": gettext_lazy("Settings"),
    "tls_ca": gettext_lazy("Trusted certificates"),
    "tls_certificate": gettext_lazy("Our certificate"),
    "tls_key": gettext_lazy("Key of our certificate"),
    "token_variable": gettext_lazy("Variable of the token"),
    "connect_timeout_seconds": gettext_lazy("Seconds to connect"),
    "request_timeout_seconds": gettext_lazy("Seconds for a request"),
    "max_requests_per_second": gettext_lazy("Requests per second, at most"),
    "max_concurrency": gettext_lazy("Concurrent requests, at most"),
    "priority": gettext_lazy("Priority"),
    "enabled": gettext_lazy("Enabled"),
    "full_name": gettext_lazy("Full name"),
    "may_log_in": gettext_lazy("Can log in"),
    "role": gettext_lazy("Role"),
    "password": gettext_lazy("Password"),
    "superuser": gettext_lazy("Has all permissions"),
    "created": gettext_lazy("New"),
    "updated": pgettext_lazy("import", "Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "rejected": gettext_lazy("Rejected"),
    "fields": gettext_lazy("Changed fields"),
    "events": gettext_lazy("Events"),
    "deliveries": pgettext_lazy("webhook", "Deliveries"),
    "cancelled_messages": gettext_lazy("Messages cancelled"),
    "filters": gettext_lazy("Filters"),
    "problem": gettext_lazy("Problem"),
    "bytes": gettext_lazy("Bytes"),
    "scope": gettext_lazy("Scope"),
    "prefix": gettext_lazy("Begins with"),
    "expires_at": gettext_lazy("Valid until"),
    "kinds": gettext_lazy("What"),
    "methods": gettext_lazy("How"),
    "reason": gettext_lazy("Reason"),
}


def field(name: str) -> str:
    return str(FIELD.get(name, name))


def action(entry: Entry) -> str:
    return str(ACTION.get(entry.action, entry.action))


def actor(entry: Entry) -> str:
    """Return the name, with its kind if it is not a person's."""
    kind = str(ACTOR.get(entry.actor_kind, entry.actor_kind))
    if not entry.actor_name:
        return kind
    return entry.actor_name if entry.actor_kind == Entry.Actor.PERSON else f"{entry.actor_name} ({kind})"


def source(entry: Entry) -> str:
    return str(SOURCE.get(entry.source, entry.source))


def what(entry: Entry) -> str:
    """Return what it was done to, under its name at the time; empty if it was not a single thing."""
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
            return ", ".join(value(each) if isinstance(each, dict) else field(str(each)) for each in given)
        case dict():
            return "; ".join(f"{field(name)}: {value(each)}" for name, each in given.items())
    return str(given)
