"""What keeps the database from serving a request now, and may not in a moment: no fault of the request's."""

from enum import Enum

from django.db import InterfaceError, OperationalError
from psycopg import errors


class Fault(Enum):
    AWAY = "away"
    SLOW = "slow"
    LOCKED = "locked"
    READ_ONLY = "read-only"


def fault_of(error: BaseException | None) -> Fault | None:
    """None for what is ours to mend, or the caller's."""
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
