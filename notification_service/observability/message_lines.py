"""Lines about many messages at once: an id is found by a search, and a line costs each of them little."""

from collections.abc import Sequence
from typing import Any

MOST_IDS = 500  # of messages in a line: with their clients' some 9 kB


def log_messages(log: Any, event: str, messages: Sequence[tuple[int, int]], **fields: Any) -> None:
    """Say it of all the messages, each given with its client, in as many lines as that takes."""
    for start in range(0, len(messages), MOST_IDS):
        message_ids, client_ids = zip(*messages[start : start + MOST_IDS], strict=True)
        log.info(event, **fields, message_ids=message_ids, client_ids=client_ids)
