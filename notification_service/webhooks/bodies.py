"""What a request says: an event as JSON, with what the database knows at the moment of sending."""

import json
from typing import NamedTuple

from notification_service.webhooks.events import OTHERS, Event
from notification_service.webhooks.sql import sql


class DueDelivery(NamedTuple):
    """A delivery to be made now."""

    id: int
    event: str
    queue: int
    told: str
    ids: list[int] | None
    data: str | None  # JSON
    attempts: int
    happened_at: str
    now: int
    attempted_at: float  # in seconds since the epoch; 0: never

    @property
    def webhook_id(self) -> str:
        """Return it as the header has it: the same for every attempt."""
        return f"evt_{self.id}"


def body_of(due: DueDelivery) -> bytes:
    """Return it encoded: it is signed as it is sent."""
    head = f'{{"type": {json.dumps(due.event)}, "timestamp": "{due.happened_at}", "data": '
    return (head + _data(due) + "}").encode()


def _data(due: DueDelivery) -> str:
    match due.event:
        case Event.MESSAGES_FINAL:
            return _of_messages(due, "bodies/final")
        case Event.MESSAGES_DELIVERY:
            return _of_messages(due, "bodies/delivery")
        case Event.CLIENT_OPTED_OUT:
            (opt_outs,) = sql.row("bodies/opted_out", ids=due.ids)
            return f'{{"opt_outs": {opt_outs}}}'
        case _:
            return due.data or "{}"


def _of_messages(due: DueDelivery, statement: str) -> str:
    messages, reference = sql.row(statement, ids=due.ids, told=due.told, mailing_id=due.queue)
    mailing = "null" if due.queue == OTHERS else due.queue  # single messages are of none
    return f'{{"mailing": {mailing}, "reference": {reference}, "messages": {messages}}}'
