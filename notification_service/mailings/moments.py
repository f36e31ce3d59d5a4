"""When something is next to be done: so that a worker may sleep until then."""

from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import IMPORT, RESCUE, SEND, SETTLE, START, TEST_SENDS, WEBHOOKS

CALLS = {
    "start": START,
    "settle": SETTLE,
    "import": IMPORT,
    "send": SEND,
    "rescue": RESCUE,
    "test_sends": TEST_SENDS,
    "webhooks": WEBHOOKS,
}


def next_moments() -> dict[str, float]:
    """Seconds until each call has something to do, by its name; 0 or less: now. Without anything, none.

    As far as rows tell: what has no moment of its own (retention, the report) is called at intervals.
    """
    return {CALLS[call]: seconds for call, seconds in sql.rows("moments/next")}
