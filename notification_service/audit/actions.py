"""What is written down. The part before the dot is the kind of the object that it was done to."""

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
    CLIENT_CREATED = "client.created"
    CLIENT_CHANGED = "client.changed"
    CLIENT_DELETED = "client.deleted"
    CLIENTS_EXPORTED = "client.exported"
    PHONES_READ = "client.phones_read"  # many of them in an hour, by whichever door
    IMPORT_UPLOADED = "import.uploaded"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    IMPORT_FAILED = "import.failed"
    IMPORT_CANCELLED = "import.cancelled"
    IMPORT_REJECTED_EXPORTED = "import.rejected_exported"
    GATEWAY_CREATED = "gateway.created"
    GATEWAY_CHANGED = "gateway.changed"
    GATEWAY_RELEASED = "gateway.released"
    GATEWAY_DELETED = "gateway.deleted"
    TRIAL_REQUESTED = "trial.requested"  # a text to one phone
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
