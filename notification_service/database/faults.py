"""Why the database cannot serve a request now, but may in a moment: it is not the request's fault."""

from enum import Enum

from django.db import InterfaceError, OperationalError
from psycopg import errors


class Fault(Enum):
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
