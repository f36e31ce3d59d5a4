"""What gateways themselves said of messages, from the start of their responses."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from notification_service.mailings.models import Attempt, Message

MOST_CHARACTERS = 120
KEYS = ("message", "error_message", "error", "description", "detail", "reason", "title", "text", "msg")
TITLE = re.compile(r"<title>\s*(.+?)\s*</title>", re.IGNORECASE | re.DOTALL)
# A phone however it is written, an id, a date: what differs from message to message, and may be a person's.
DIGITS = r"[0-9](?:[ ().-]{0,3}[0-9]){4,}"  # to PostgreSQL it means the same
SPACE = r"(?:\s|\\[nrt])+"  # or as JSON writes it
NUMBER = re.compile(DIGITS)
HIDDEN = "…"


def gateway_words(response: str) -> str:
    """Return one line, the same for messages that differ only in phones and ids; empty if it said nothing."""
    try:
        said = _sentence(json.loads(response)) or response
    except ValueError:
        titled = TITLE.search(response)
        said = titled[1] if titled else response
    return NUMBER.sub(HIDDEN, " ".join(said.split()))[:MOST_CHARACTERS].strip()


def pattern_of(words: str) -> str:
    """Return a regular expression, for PostgreSQL, of the responses that say so, in JSON or plainly."""
    as_they_are = _pattern(words, lambda word: word)
    in_json = _pattern(words, lambda word: json.dumps(word)[1:-1])
    return f"(?:{as_they_are}|{in_json})"


def last_responses(message_ids: Iterable[int]) -> dict[int, str]:
    """Return what the gateway said to the latest attempt of each that did not succeed, in one query."""
    attempts = Attempt.objects.filter(message_id__in=list(message_ids)).order_by("message_id", "-pk")
    return dict(attempts.distinct("message_id").values_list("message_id", "response"))


def note_words(messages: Sequence[Message]) -> None:
    """Set `said` of each to the words of the gateway, if it has a reason."""
    ids = [message.pk for message in messages if message.reason]
    responses = last_responses(ids) if ids else {}
    for message in messages:
        message.said = gateway_words(responses.get(message.pk, ""))  # type: ignore[attr-defined]


def _sentence(body: Any) -> str:
    match body:
        case str():
            return body.strip()
        case dict():
            named = {str(key).lower(): value for key, value in body.items()}
            return next(filter(None, (_sentence(named.get(key)) for key in KEYS)), "")
        case list():
            return next(filter(None, map(_sentence, body)), "")
    return ""


def _pattern(words: str, write: Any) -> str:
    return DIGITS.join(_of_words(piece.split(" "), write) for piece in words.split(HIDDEN))


def _of_words(words: list[str], write: Any) -> str:
    return SPACE.join(_literal(write(word)) for word in words)


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign == "_" else f"\\{sign}" for sign in text)
