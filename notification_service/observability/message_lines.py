"""Lines about many messages at once: a search finds each id, and the line costs little for each message."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

MOST_IDS = 500  # of messages in a line: with their clients' some 9 kB


def log_messages(log: Any, event: str, messages: Sequence[tuple[int, int]], **fields: Any) -> None:
    """Log the event for all the messages, each given with its client, in as many lines as needed."""
    for start in range(0, len(messages), MOST_IDS):
        message_ids, client_ids = zip(*messages[start : start + MOST_IDS], strict=True)
        log.info(event, **fields, message_ids=message_ids, client_ids=client_ids)


def log_sent(log: Any, sent: Iterable[tuple[int | None, int]], *, how: str, **fields: Any) -> None:
    """Log which messages were sent, each given with its mailing, if any. `how`: grouped, each or off."""
    if how == "off":
        return
    of_mailings: defaultdict[int | None, list[int]] = defaultdict(list)
    for mailing_id, message_id in sent:
        of_mailings[mailing_id].append(message_id)
    for mailing_id, message_ids in of_mailings.items():
        if how == "grouped":
            for start in range(0, len(message_ids), MOST_IDS):
                ids = message_ids[start : start + MOST_IDS]
                log.info("messages sent", mailing_id=mailing_id, message_ids=ids, **fields)
            continue
        for message_id in message_ids:
            log.info("message sent", mailing_id=mailing_id, message_id=message_id, **fields)
