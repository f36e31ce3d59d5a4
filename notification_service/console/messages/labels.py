from notification_service.mailings import reason_labels
from notification_service.mailings.reasons import NUMBERED, Reason

# Of test sends alone, and of versions without codes.
NOT_OF_MESSAGES = {Reason.NO_WORKER, Reason.GATEWAY_BUSY, Reason.GATEWAY_HELD, Reason.GATEWAY_UNUSABLE}


def reason_choices() -> list[tuple[str, str]]:
    """The code of every reason that a message may have, with its words."""
    reasons = [reason for reason in Reason if reason not in NOT_OF_MESSAGES]
    words = [(reason.value, _words(reason)) for reason in reasons]
    return sorted(words, key=lambda choice: choice[1].casefold())


def _words(reason: Reason) -> str:
    words = str(reason_labels.WORDS[reason])
    return words % {"number": "…"} if reason in NUMBERED else words
