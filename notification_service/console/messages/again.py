"""“Send again to these”: the form of a new mailing to those whom an earlier one did not reach."""

from dataclasses import dataclass
from urllib.parse import urlencode

from notification_service.console.messages.queries import Wanted
from notification_service.mailings.models import Message
from notification_service.mailings.reasons import Reason

ENDED_FOR = {
    Reason.DEADLINE_PASSED: Message.Status.EXPIRED,
    Reason.MAILING_CANCELLED: Message.Status.CANCELLED,
    Reason.CLIENT_DELETED: Message.Status.CANCELLED,
    Reason.OPTED_OUT: Message.Status.CANCELLED,
    Reason.NO_CONSENT: Message.Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Again:
    mailing_id: int
    statuses: list[str]
    clients: int
    is_everyone: bool  # who surely did not get it, whatever became of their messages
    is_wider: bool  # than the list is filtered: a mailing can be for a status, not for a reason or a phone

    @property
    def query(self) -> str:
        return urlencode({"from": self.mailing_id, "outcome_of": ",".join(self.statuses)})


def send_again(want: Wanted, counts: dict[str, int]) -> Again | None:
    """Return those of the chosen status, or else all who certainly got nothing. None for nobody.

    Nor where a delivery is chosen: a mailing cannot be for that.
    """
    if want.delivery:
        return None
    chosen = (want.status,) if want.status else _of_reason(want)
    statuses = [str(status) for status in chosen if status in Message.UNDELIVERED and counts[status]]
    if not statuses or want.mailing is None:
        return None
    is_wider = bool(want.reason or want.cause or want.said or want.phone)
    clients = sum(counts[status] for status in statuses)
    return Again(want.mailing, statuses, clients, not want.status and want.why is None, is_wider)


def _of_reason(want: Wanted) -> tuple[str, ...]:
    """The statuses that messages with this reason may have."""
    if want.why is None:
        return Message.NOT_REACHED
    return (ENDED_FOR.get(want.why.code, Message.Status.FAILED),)
