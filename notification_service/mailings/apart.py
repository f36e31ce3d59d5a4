"""Work done for many rows, one after another: what is wrong with one of them stops no other."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import structlog

from notification_service.database.faults import Fault, fault_of

HOPELESS = (Fault.AWAY, Fault.READ_ONLY)

log = structlog.get_logger(__name__)


@contextmanager
def apart(what: str, *, faults: Collection[Fault] = HOPELESS, **row: object) -> Iterator[None]:
    """Log what the block raises, and go on after it; the next call tries again.

    `faults` of the database are raised: it is nobody's, and there is no use in going on.
    """
    try:
        yield
    except Exception as error:
        if fault_of(error) in faults:
            raise
        log.exception(what, **row)
