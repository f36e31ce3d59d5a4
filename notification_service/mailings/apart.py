"""Work done for many rows, one after another: what is wrong with one of them stops no other."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from notification_service.database.faults import Fault, fault_of

log = structlog.get_logger(__name__)


@contextmanager
def apart(what: str, **row: object) -> Iterator[None]:
    """Log what the block raises, and go on after it; the next call tries again.

    A database that is away, or takes no changes, is nobody's fault, and there is no use in going on.
    """
    try:
        yield
    except Exception as error:
        if fault_of(error) in (Fault.AWAY, Fault.READ_ONLY):
            raise
        log.exception(what, **row)
