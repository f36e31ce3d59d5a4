"""What was sent, for messages whose mailing does not show it. Workers keep it with each success.

A text with placeholders differs from client to client, and a text may change while its mailing runs.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from django.db.models.functions import Now

from notification_service.directory.models import Client
from notification_service.mailings.models import Message, SentTexts
from notification_service.mailings.personal_text import is_personal
from notification_service.mailings.sql import sql

# For so long an erased client may still be in the memory of a worker; then its texts are erased once more.
ERASED_AGAIN = timedelta(days=2)
CHUNK_CLIENTS = 1_000


def text_sent(message: Message) -> str | None:
    """Return the text that a message was sent with. None: it was not sent, it is erased, or was not kept.

    A single message has one text from the beginning, unless that has placeholders.
    """
    mailing = message.mailing
    if mailing is None:
        return _kept(message, -message.pk) if is_personal(message.text) else message.text or None
    if message.sent_at is None or mailing.anonymised_at is not None:
        return None
    if mailing.first_text is None and not is_personal(mailing.text):
        return mailing.text
    first = mailing.first_text  # whoever sent a changed text has kept it
    return _kept(message, mailing.pk, otherwise=None if first is None or is_personal(first) else first)


def erase_texts(client_ids: Sequence[int]) -> int:
    """Erase what was sent to clients. Return how many rows had something of it."""
    return sql.execute("sent_texts/erase", client_ids=list(client_ids)) if client_ids else 0


def erase_late_texts() -> None:
    """Erase what workers recorded after its client was erased."""
    erased = Client.objects.filter(deleted_at__gt=Now() - ERASED_AGAIN).order_by("pk")
    ids = erased.values_list("pk", flat=True).iterator()
    for some in _chunks(ids):
        erase_texts(some)


def erase_texts_of_singles(message_ids: Iterable[int]) -> None:
    forget_texts(*(-message_id for message_id in message_ids))


def forget_texts(*mailing_ids: int) -> None:
    """Of a single message, minus its id stands for a mailing's."""
    SentTexts.objects.filter(mailing_id__in=mailing_ids).delete()


def _kept(message: Message, mailing_id: int, *, otherwise: str | None = None) -> str | None:
    found = sql.rows("sent_texts/of_message", message_id=message.pk, mailing_id=mailing_id)
    return found[0][0] if found else otherwise


def _chunks(ids: Iterator[int]) -> Iterator[list[int]]:
    while some := list(islice(ids, CHUNK_CLIENTS)):
        yield some
