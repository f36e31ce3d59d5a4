"""Record: write what became of messages, many together. Written twice, it changes nothing twice."""

import time
from datetime import datetime
from typing import Any, assert_never

from notification_service.delivery.database import Database
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, MailingTerms, NotSent, OutcomeBuffer
from notification_service.delivery.outcome import (
    Failed,
    Held,
    NoResponse,
    Outcome,
    Response,
    Retry,
    Sent,
    Unknown,
)
from notification_service.mailings.send_window import SendWindow, find_zone, next_opening

RESPONSE_CHARACTERS = 500  # of a response's start, kept with its attempt


class Recorder:
    """Keeps outcomes until they are written."""

    def __init__(self, lane: Lane) -> None:
        self._database, self._shared, self._meters = lane.records, lane.shared, lane.meters
        self._outcomes = OutcomeBuffer()
        self._being_written = 0

    @property
    def waiting(self) -> int:
        return len(self._outcomes) + self._being_written

    def add(self, message: Claimed, outcome: Outcome, response: Response | NoResponse) -> None:
        if isinstance(outcome, Sent):
            self._outcomes.sent.append((message, self._shared.clock.time()))
            return
        terms = self._shared.terms.get(message.mailing_id)  # the window may have changed meanwhile
        now = self._shared.clock.now()
        self._outcomes.not_sent.append(not_sent(message, outcome, response=response, terms=terms, now=now))

    def release(self, message: Claimed, *, until: datetime, window: SendWindow | None = None) -> None:
        """`window` are the hours that open at `until`, where the message waits for them."""
        self._outcomes.not_sent.append(released(message, until=until, window=window))

    async def flush(self) -> None:
        """Write what waits; after an error it waits on. Then forget the batches that are done."""
        outcomes, self._outcomes = self._outcomes, OutcomeBuffer()
        if not outcomes:
            return
        began, self._being_written = time.monotonic(), len(outcomes)
        try:
            await write(self._database, outcomes)
            self._meters.recorded(outcomes, time.monotonic() - began)
        except BaseException:
            self._outcomes.extend(outcomes)
            raise
        finally:
            self._being_written = 0
        if done := outcomes.count_off():
            await self._database.execute("close_batches", ids=done)


async def write(database: Database, outcomes: OutcomeBuffer) -> None:
    if outcomes.sent:
        # As text: an array of Python's numbers takes the driver ten times as long.
        ids = ",".join([str(message.id) for message, _ in outcomes.sent])
        sent_at = ",".join([str(at) for _, at in outcomes.sent])
        await database.execute("record_sent", ids=f"{{{ids}}}", sent_at=f"{{{sent_at}}}")
    if outcomes.not_sent:
        await database.execute("record_not_sent", **_columns(outcomes.not_sent))


def released(message: Claimed, *, until: datetime, window: SendWindow | None = None) -> NotSent:
    """The message was not requested: it waits on as if it had not been claimed."""
    return NotSent(message, "pending", next_attempt_at=until, charged=False, window=window)


def not_sent(
    message: Claimed,
    outcome: Retry | Failed | Held | Unknown,
    *,
    response: Response | NoResponse,
    terms: MailingTerms | None,
    now: datetime,
) -> NotSent:
    """The message after an attempt that did not succeed at `now`, and the attempt's own row.

    Without `terms`, of which a retry needs the window, or where the zone is unknown to this machine,
    the hours are looked at before the next request.
    """
    http = response if isinstance(response, Response) else None
    status, next_attempt_at = _next_step(message, outcome, terms, now)
    return NotSent(
        message,
        status,
        next_attempt_at=next_attempt_at,
        attempt_outcome=type(outcome).__name__.lower(),
        reason=outcome.reason,
        charged=not isinstance(outcome, Held),
        at=now.timestamp(),
        http_status=http.status if http else None,
        response=printable(http.body) if http else "",
        retry_at=outcome.at if isinstance(outcome, Retry) else None,
        window=terms.window if terms and isinstance(outcome, Retry) else None,
    )


def printable(body: bytes) -> str:
    """The start of a response as text that PostgreSQL can hold."""
    start = body[: 4 * RESPONSE_CHARACTERS].decode(errors="replace")
    return start.replace("\0", "\ufffd")[:RESPONSE_CHARACTERS]


def _next_step(
    message: Claimed, outcome: Retry | Failed | Held | Unknown, terms: MailingTerms | None, now: datetime
) -> tuple[str, datetime | None]:
    match outcome:
        case Retry(at=at):
            zone = find_zone(message.timezone)
            opening = next_opening(terms.window, zone=zone, at=at) if terms and zone else at
            return "pending", opening
        case Held():
            return "pending", now
        case Failed():
            return "failed", None
        case Unknown():
            return "unknown", None
        case _:
            assert_never(outcome)


def _columns(rows: list[NotSent]) -> dict[str, list[Any]]:
    return {
        "ids": [row.message.id for row in rows],
        "batch_ids": [row.message.batch.id for row in rows],
        "statuses": [row.status for row in rows],
        "next_attempt_at": [row.next_attempt_at for row in rows],
        "reasons": [row.reason and row.reason.code.value for row in rows],
        "reason_texts": [row.reason and row.reason.text for row in rows],
        "reason_numbers": [row.reason and row.reason.number for row in rows],
        "uncharged": [0 if row.charged else 1 for row in rows],
        "attempt_outcomes": [row.attempt_outcome for row in rows],
        "at": [row.at for row in rows],
        "http_statuses": [row.http_status for row in rows],
        "responses": [row.response for row in rows],
        "retry_at": [row.retry_at for row in rows],
        "timezones": [row.message.timezone for row in rows],
        "windows_from": [row.window and row.window.opens for row in rows],
        "windows_to": [row.window and row.window.closes for row in rows],
    }
