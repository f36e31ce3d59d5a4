"""Opt-outs and consents, with what they mean for waiting messages, of which the directory knows nothing.

What is said is committed first, and then what waits is cancelled: a message that comes back to the queue in
between is found, and whatever is written, claimed or held later sees what was said. So no call here may be
part of a larger transaction.
"""

from typing import Any

from notification_service.directory import preferences
from notification_service.directory.importing import FileFormat, ImportResult
from notification_service.directory.importing.lines import Read
from notification_service.directory.importing.preference_rows import CONSENTS, OPT_OUTS
from notification_service.directory.importing.preferences import import_preferences
from notification_service.directory.models import Consent, OptOut
from notification_service.directory.preferences import give_consent, withdraw_opt_out
from notification_service.mailings.exclusions import cancel_waiting

__all__ = [
    "give_consent",
    "import_consents",
    "import_opt_outs",
    "opt_out",
    "revoke_consent",
    "withdraw_opt_out",
]


def opt_out(*, phone: str, topic: str, **fields: Any) -> tuple[OptOut, bool]:
    """Return the opt-out, and whether it is new. A repeated call ends what the first could not end."""
    found, is_new = preferences.opt_out(phone=phone, topic=topic, **fields)
    cancel_waiting([phone])
    return found, is_new


def revoke_consent(consent_id: int, *, reason: str = "") -> Consent:
    """If it is revoked already, it stays as it is. Raises Consent.DoesNotExist."""
    consent = preferences.revoke_consent(consent_id, reason=reason)
    cancel_waiting([consent.phone])
    return consent


def import_opt_outs(read: Read, *, file_format: FileFormat) -> ImportResult:
    """Raises FileRefused before anything is written, ImportStopped if `read` raises OSError."""
    return import_preferences(read, OPT_OUTS, file_format=file_format, on_written=cancel_waiting)


def import_consents(read: Read, *, file_format: FileFormat) -> ImportResult:
    """Nothing waits for a consent. Raises as `import_opt_outs` does."""
    return import_preferences(read, CONSENTS, file_format=file_format, on_written=lambda _: None)
