"""What a fault of the database means: to a request, which may be repeated, and to a person at a terminal."""

from enum import Enum

from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg import errors

NOT_MIGRATED = {"42P01", "42703"}  # no such table, no such column


class Fault(Enum):
    """Why the database cannot serve a request now, but may in a moment."""

    AWAY = "away"
    SLOW = "slow"
    LOCKED = "locked"
    READ_ONLY = "read-only"


def fault_of(error: BaseException | None) -> Fault | None:
    """Return None for an error that is ours or the caller's."""
    match getattr(error, "__cause__", None):
        case errors.ReadOnlySqlTransaction():
            return Fault.READ_ONLY
        case errors.QueryCanceled():
            return Fault.SLOW
        case errors.LockNotAvailable() | errors.DeadlockDetected() | errors.SerializationFailure():
            return Fault.LOCKED
        case errors.IdleInTransactionSessionTimeout():
            return Fault.AWAY
    return Fault.AWAY if isinstance(error, (OperationalError, InterfaceError)) else None


def explained(error: DatabaseError) -> str | None:
    """Return it in one line, not a traceback; None if the fault is more likely ours than the server's."""
    if getattr(error.__cause__, "sqlstate", None) in NOT_MIGRATED:
        return "the database lacks what this version needs: run `manage.py migrate`"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database cannot be used: {' '.join(str(error).split())}"
    return None
