"""What people write back. A stop word opts its phone out of everything, with the reply as evidence.

The row and the opt-out are written in one transaction, so a reply that comes again opts nobody out who has
been opted in since. What waits is cancelled after it, and again by a repeated call.
"""

import re
from datetime import datetime
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction

from notification_service.directory import preferences
from notification_service.directory.models import EVERYTHING
from notification_service.directory.rules import REASON_LENGTH, SOURCE_LENGTH, line_of
from notification_service.mailings.exclusions import cancel_waiting
from notification_service.mailings.models import Gateway, InboundMessage
from notification_service.mailings.sql import sql

AROUND = re.compile(r"^[\W_]+|[\W_]+$")  # punctuation, quotes, spaces, emoji

log = structlog.get_logger(__name__)


class KeptReply(NamedTuple):
    reply: InboundMessage
    is_new: bool


def keep_reply(gateway: Gateway, *, phone: str, text: str, at: datetime) -> KeptReply:
    """Keep a reply once, however often the provider sends it, and do what it asks for."""
    kept = _keep(gateway, phone, text, at)
    if kept.reply.is_stop:
        cancel_waiting([phone])
    return kept


def is_stop_word(text: str) -> bool:
    """Return whether the whole text is one of STOP_WORDS, in any case, whatever is around it."""
    return _plain(text) in {_plain(word) for word in settings.STOP_WORDS}


@transaction.atomic
def _keep(gateway: Gateway, phone: str, text: str, at: datetime) -> KeptReply:
    """If two calls come at once, the second waits for the first and finds its row."""
    is_stop = is_stop_word(text)
    whose = {"gateway_id": gateway.pk, "phone": phone, "text": text, "at": at}
    [(reply_id, is_new)] = sql.rows("replies/keep", **whose, is_stop=is_stop)
    reply = InboundMessage.objects.get(pk=reply_id)
    if is_new:
        log.info("reply kept", inbound_id=reply_id, gateway=gateway.name, is_stop=is_stop)
        if is_stop:
            evidence = f"Reply to {gateway.name}, {at:%Y-%m-%d %H:%M:%S} UTC"
            preferences.opt_out(
                phone=phone,
                topic=EVERYTHING,
                reason=line_of(" ".join(text.split()))[:REASON_LENGTH],
                source=evidence[:SOURCE_LENGTH],
            )
    return KeptReply(reply, is_new)


def _plain(text: str) -> str:
    return AROUND.sub("", line_of(text)).casefold()
