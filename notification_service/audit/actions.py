"""The actions that the audit log records. The part before the dot is the kind of object."""

from enum import StrEnum


class Action(StrEnum):
    MAILING_CREATED = "mailing.created"
    MAILING_CHANGED = "mailing.changed"
    MAILING_STARTED = "mailing.started"
    MAILING_MISSED = "mailing.missed"  # its end had passed before it could start
    MAILING_PAUSED = "mailing.paused"
    MAILING_RESUMED = "mailing.resumed"
    MAILING_CANCELLED = "mailing.cancelled"
    MAILING_DELETED = "mailing.deleted"
    MAILING_ANONYMISED = "mailing.anonymised"
    MAILINGS_EXPORTED = "mailing.exported"
    MAILING_MESSAGES_EXPORTED = "mailing.messages_exported"
    MAILING_FAILURES_EXPORTED = "mailing.failures_exported"
    MESSAGES_EXPORTED = "message.exported"
    OPT_OUT_IGNORED = "message.opt_out_ignored"  # a single message that is sent whatever its person has said
    CLIENT_CREATED = "client.created"
    CLIENT_CHANGED = "client.changed"
    CLIENT_DELETED = "client.deleted"
    CLIENTS_EXPORTED = "client.exported"
    CLIENT_DATA_EXPORTED = "client.data_exported"  # all that is known of one
    PHONES_READ = "client.phones_read"  # many of them in an hour, in the API or the console
    BULK_REQUESTED = "bulk.requested"
    BULK_FINISHED = "bulk.finished"
    BULK_FAILED = "bulk.failed"
    BULK_CANCELLED = "bulk.cancelled"
    BULK_UNDONE = "bulk.undone"  # another one takes it back
    OPT_OUT_CREATED = "opt_out.created"
    OPT_OUT_WITHDRAWN = "opt_out.withdrawn"
    OPT_OUTS_IMPORTED = "opt_out.imported"
    CONSENT_CREATED = "consent.created"
    CONSENT_REVOKED = "consent.revoked"
    CONSENTS_IMPORTED = "consent.imported"
    IMPORT_UPLOADED = "import.uploaded"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    IMPORT_FAILED = "import.failed"
    IMPORT_CANCELLED = "import.cancelled"
    IMPORT_REJECTED_EXPORTED = "import.rejected_exported"
    SEGMENT_CREATED = "segment.created"
    SEGMENT_CHANGED = "segment.changed"
    SEGMENT_DELETED = "segment.deleted"
    GATEWAY_CREATED = "gateway.created"
    GATEWAY_CHANGED = "gateway.changed"
    GATEWAY_RELEASED = "gateway.released"
    GATEWAY_RECEIPT_KEY_REPLACED = "gateway.receipt_key_replaced"
    GATEWAY_DELETED = "gateway.deleted"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 (the name of an action)
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_REDELIVERED = "webhook.redelivered"
    WEBHOOK_DISABLED = "webhook.disabled"  # by the service: it did not answer for three days, or is gone
    TEMPLATE_CREATED = "template.created"
    TEMPLATE_CHANGED = "template.changed"
    TEMPLATE_DELETED = "template.deleted"
    CONTACT_HOURS_CHANGED = "contact_hours.changed"
    TEST_SEND_REQUESTED = "test_send.requested"  # a text to one phone
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    PERSON_CREATED = "person.created"
    PERSON_CHANGED = "person.changed"
    PERSON_UNLOCKED = "person.unlocked"
    PASSWORD_CHANGED = "person.password_changed"  # noqa: S105 (the name of an action)
    SECOND_FACTOR_ADDED = "person.second_factor_added"
    SECOND_FACTOR_REMOVED = "person.second_factor_removed"
    SIGNED_IN = "person.signed_in"
    SIGN_IN_FAILED = "person.sign_in_failed"
    AUDIT_EXPORTED = "audit.exported"


OBJECTS = tuple(dict.fromkeys(action.partition(".")[0] for action in Action))
