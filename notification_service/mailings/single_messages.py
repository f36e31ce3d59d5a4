"""Single messages: one text to one person at once, such as a code for a login. They belong to no mailing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

import structlog
from django.db import transaction

from notification_service.audit.actions import Action
from notification_service.audit.log import entry, record_all
from notification_service.database.clock import database_now
from notification_service.directory.models import EVERYTHING, Client
from notification_service.mailings.models import Gateway, Message
from notification_service.mailings.models.message import queue_of
from notification_service.mailings.models.single_message import FORGOTTEN_TEXT
from notification_service.mailings.personal_text import InvalidText, is_personal, read_text, values_of
from notification_service.mailings.reasons import Reason
from notification_service.mailings.send_window import SendWindow, opening_in, window_of
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import message_lines, metrics

MOST_AT_ONCE = 1000
LASTS = timedelta(days=1)  # without an `end_at`

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """To a client or to a phone, which may be a client's."""

    text: str
    phone: str = ""
    client: int | None = None
    end_at: datetime | None = None
    window_from: time | None = None
    window_to: time | None = None
    window_days: Sequence[str] = ()
    window_holidays: str = ""
    gateway: str | None = None
    topic: str = EVERYTHING
    ignores_opt_outs: bool = False
    reference: str = ""

    @property
    def window(self) -> SendWindow | None:
        return window_of(self.window_from, self.window_to, list(self.window_days), self.window_holidays)


class NotTaken(NamedTuple):
    """Why a message is not taken: what is wrong with which of its fields; `code` is for programs."""

    field: str
    detail: str
    code: str = "invalid"


class Addressee(NamedTuple):
    id: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of one call are looked up in."""

    now: datetime
    by_phone: Mapping[str, Addressee]
    by_id: Mapping[int, Addressee]
    gateways: Mapping[str, int]

    def client_of(self, message: NewMessage) -> Addressee | None:
        return self.by_phone.get(message.phone) if message.client is None else self.by_id.get(message.client)


@transaction.atomic
def send_messages(messages: Sequence[NewMessage]) -> list[int | NotTaken]:
    """Have the messages sent at once, or as soon as their windows open.

    Return for each, in order, its id or why it is not taken: the good ones are. Opt-outs are looked at when
    they are sent.
    """
    known = _look_up(messages)
    rows = [_row(message, known) for message in messages]
    taken = [row for row in rows if not isinstance(row, NotTaken)]
    ids = iter(_insert(taken))
    results = [row if isinstance(row, NotTaken) else next(ids) for row in rows]
    _record_overrides(messages, results)
    if taken:
        log.info("single messages taken", messages=len(taken))
        wake_up(SEND)
    return results


def expire_some(*, limit: int) -> int:
    """End those past their deadline that wait; return how many."""
    ended = sql.rows("single_messages/expire", limit=limit)
    status, reason = Message.Status.EXPIRED.value, Reason.DEADLINE_PASSED.value
    metrics.ended.labels(status).inc(len(ended))
    message_lines.log_messages(log, "messages ended", ended, mailing_id=None, status=status, reason=reason)
    return len(ended)


def retire_some(*, days: int, forgotten: str | None, limit: int) -> int:
    """Remove some whose deadline was so long ago, or replace their text and forget their people."""
    if forgotten is None:
        return sql.execute("single_messages/remove_old", days=days, limit=limit)
    return sql.execute("single_messages/anonymise_old", days=days, limit=limit, text=forgotten)


def _look_up(messages: Sequence[NewMessage]) -> Known:
    alive = Client.objects.alive()
    phones = {message.phone for message in messages if message.client is None}
    ids = {message.client for message in messages if message.client is not None}
    names = {message.gateway for message in messages if message.gateway is not None}
    of_phones = alive.filter(phone__in=phones).values_list("phone", "pk", "timezone") if phones else ()
    of_ids = alive.filter(pk__in=ids).values_list("pk", "timezone") if ids else ()
    gateways = Gateway.objects.filter(name__in=names).values_list("name", "pk") if names else ()
    return Known(
        now=database_now(),
        by_phone={phone or "": Addressee(pk, timezone) for phone, pk, timezone in of_phones},
        by_id={pk: Addressee(pk, timezone) for pk, timezone in of_ids},
        gateways=dict(gateways),
    )


def _row(message: NewMessage, known: Known) -> "ReadyMessage | NotTaken":
    client = known.client_of(message)
    if message.client is not None and client is None:
        return NotTaken("client", "There is no such client.", "unknown")
    if message.gateway is not None and message.gateway not in known.gateways:
        return NotTaken("gateway", "There is no gateway of this name.", "unknown")
    end_at = message.end_at or known.now + LASTS
    if end_at <= known.now:
        return NotTaken("end_at", "must be in the future", "past")
    opening = _opening(message, client, now=known.now, end_at=end_at)
    if isinstance(opening, NotTaken):
        return opening
    if client is None and (refusal := _lacks_values(message)):
        return refusal
    return ReadyMessage(message, client, end_at, opening, known.gateways.get(message.gateway or ""))


def _opening(
    message: NewMessage, client: Addressee | None, *, now: datetime, end_at: datetime
) -> datetime | NotTaken | None:
    """Return when its window opens for its client; None if it is open, or there is none."""
    window = message.window
    if window is None:
        return None
    if client is None:
        detail = "No client has the phone, so that its time zone is not known."
        return NotTaken("send_window", detail, "no_time_zone")
    opening = opening_in(client.timezone, hours=(window,), at=now, end_at=end_at)
    if opening >= end_at:
        return NotTaken("send_window", "Does not open before `end_at` where the client is.", "never_open")
    return opening if opening > now else None


def _lacks_values(message: NewMessage) -> NotTaken | None:
    """A phone that belongs to no client has no values for placeholders but the phone itself."""
    if not is_personal(message.text):
        return None
    try:
        missing = read_text(message.text).missing(values_of({}, phone=message.phone, tag=""))
    except InvalidText as error:
        return NotTaken("text", str(error))
    if not missing:
        return None
    names = ", ".join(missing)
    detail = f"No client has the phone: there is no value, and no fallback, of: {names}."
    return NotTaken("text", detail, "no_value")


class ReadyMessage(NamedTuple):
    """A message that is to be written."""

    message: NewMessage
    client: Addressee | None
    end_at: datetime
    due_at: datetime | None
    gateway_id: int | None


def _insert(rows: Sequence[ReadyMessage]) -> list[int]:
    if not rows:
        return []
    messages = [row.message for row in rows]
    found = sql.rows(
        "single_messages/insert",
        clients=[row.client and row.client.id for row in rows],
        phones=["" if row.client else row.message.phone for row in rows],
        end_at=[row.end_at for row in rows],
        due_at=[row.due_at for row in rows],
        gateways=[row.gateway_id for row in rows],
        queues=[queue_of(row.gateway_id) for row in rows],
        texts=[message.text for message in messages],
        windows_from=[message.window_from for message in messages],
        windows_to=[message.window_to for message in messages],
        window_days=[",".join(message.window_days) for message in messages],
        window_holidays=[message.window_holidays for message in messages],
        topics=[message.topic for message in messages],
        ignore_opt_outs=[message.ignores_opt_outs for message in messages],
        references=[message.reference for message in messages],
        forgotten=FORGOTTEN_TEXT,
    )
    return [message_id for (message_id,) in found]


def _record_overrides(messages: Sequence[NewMessage], results: Sequence[int | NotTaken]) -> None:
    record_all(
        entry(Action.OPT_OUT_IGNORED, object_id=message_id) for message_id in _overrides(messages, results)
    )


def _overrides(messages: Sequence[NewMessage], results: Sequence[int | NotTaken]) -> Iterator[int]:
    for message, result in zip(messages, results, strict=True):
        if message.ignores_opt_outs and isinstance(result, int):
            yield result
