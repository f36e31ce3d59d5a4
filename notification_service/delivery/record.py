"""Record: write what became of messages, many together. Written twice, it changes nothing twice."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from json import dumps
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any, assert_never

import structlog

from notification_service.delivery.database import Database
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, MailingTerms, NotSent, OutcomeBuffer, by_partition
from notification_service.delivery.outcome import (
    OUR_ERROR,
    Failed,
    Held,
    NoResponse,
    Outcome,
    Response,
    Retry,
    Sent,
    Unknown,
)
from notification_service.delivery.write_apart import OF_A_ROW, OF_ALL_ROWS, write_apart
from notification_service.directory.rules import is_storable
from notification_service.mailings.models.message import PROVIDER_ID_LENGTH
from notification_service.mailings.send_window import find_zone, next_opening

RESPONSE_CHARACTERS = 500  # of a response's start, kept with its attempt
UNRECORDABLE_SECONDS = 60.0  # until a message is tried again whose outcome could not be recorded as it was

log = structlog.get_logger(__name__)


class Recorder:
    """Keeps outcomes until they are written."""

    def __init__(self, lane: Lane) -> None:
        self._database, self._shared, self._meters = lane.records, lane.shared, lane.meters
        self._conceal, self._gateway = lane.concealer.conceal, lane.gateway
        self._outcomes = OutcomeBuffer()
        self._being_written = 0
        self._being_returned = 0

    @property
    def is_returning(self) -> bool:
        """Whether outcomes other than successes wait to be written."""
        return bool(self._outcomes.not_sent) or self._being_returned > 0

    @property
    def waiting(self) -> int:
        return len(self._outcomes) + self._being_written

    def add(
        self,
        message: Claimed,
        outcome: Outcome,
        response: Response | NoResponse,
        *,
        at: float,
        text: str | None = None,
    ) -> None:
        """`at`: when it was known, in steady_seconds(); `text`: to be kept with a success."""
        clock = self._shared.clock
        if isinstance(outcome, Sent):
            self._outcomes.sent.append((message, clock.time_at(at)))
            if self._gateway.names_messages:
                self._keep_provider_id(message, response)
            if text is not None:
                self._outcomes.texts[message.id] = text
            return
        terms = self._shared.terms.get(message.mailing_id)  # the hours may have changed meanwhile
        now = clock.now()
        try:
            concealed = self._conceal(response)
            row = not_sent(message, outcome, response=concealed, terms=terms, now=now)
        except Exception:
            log.exception("outcome not worked out", message_id=message.id)  # ours to mend
            nothing = NoResponse(OUR_ERROR, maybe_taken=True)
            row = not_sent(message, outcome, response=nothing, terms=None, now=now)
            row = without_details(row, now=now)
        self._outcomes.not_sent.append(row)

    def _keep_provider_id(self, message: Claimed, response: Response | NoResponse) -> None:
        """A success stays one whatever the rest of the response is."""
        whole = response.partial if isinstance(response, NoResponse) else response
        try:
            name = self._gateway.provider_id(whole) if whole else ""
        except Exception:
            log.exception("provider's id not read", message_id=message.id)  # ours to mend
            return
        if name and len(name) <= PROVIDER_ID_LENGTH and is_storable(name):
            self._outcomes.provider_ids[message.id] = name

    def release(self, message: Claimed, *, until: datetime, hours_version: int | None = None) -> None:
        """`hours_version`: of the hours that open at `until`, if the message waits for them."""
        self._outcomes.not_sent.append(released(message, until=until, hours_version=hours_version))

    async def flush(self) -> None:
        """Write what waits, then forget the batches that are done. After an error the rest still waits."""
        outcomes, self._outcomes = self._outcomes, OutcomeBuffer()
        if not outcomes:
            return
        began, self._being_written = time.monotonic(), len(outcomes)
        self._being_returned = len(outcomes.not_sent)
        try:
            await self._write(outcomes)
            self._meters.recorded(outcomes, time.monotonic() - began)
        except BaseException:
            self._outcomes.extend(outcomes)
            raise
        finally:
            self._being_written = self._being_returned = 0
        if done := outcomes.count_off():
            await self._database.execute("close_batches", ids=done)

    async def _write(self, outcomes: OutcomeBuffer) -> None:
        """Take what is refused out of `outcomes`, so that the others are written."""
        try:
            await write(self._database, outcomes, names=self._names(outcomes))
        except OF_ALL_ROWS:
            raise
        except OF_A_ROW:
            await self._write_sent_apart(outcomes)
            await self._write_not_sent_apart(outcomes)

    def _names(self, outcomes: OutcomeBuffer) -> "Names | None":
        if not self._gateway.names_messages:
            return None
        return Names(outcomes.provider_ids, is_in_receipts=self._gateway.is_named_in_receipts)

    async def _write_sent_apart(self, outcomes: OutcomeBuffer) -> None:
        """A success that is refused keeps waiting: another worker would send the message again."""
        record = partial(record_sent, self._database, texts=outcomes.texts, names=self._names(outcomes))
        refused, untried = await write_apart(outcomes.sent, record)
        if refused:
            (message, _), error = refused[0]
            log.error("successes not recorded", messages=len(refused), **_about(message, error))
        waiting = [row for row, _ in refused] + untried
        self._outcomes.sent += waiting
        self._outcomes.provider_ids |= outcomes.provider_ids
        self._outcomes.texts |= {
            message.id: outcomes.texts[message.id] for message, _ in waiting if message.id in outcomes.texts
        }
        away = {message.id for message, _ in waiting}
        outcomes.sent = [row for row in outcomes.sent if row[0].id not in away]

    async def _write_not_sent_apart(self, outcomes: OutcomeBuffer) -> None:
        """If an outcome is refused as it is, record only that there was one."""
        record = partial(record_not_sent, self._database)
        refused, untried = await write_apart(outcomes.not_sent, record)
        for row, error in refused:
            log.error("outcome not recorded as it is", **_about(row.message, error))
        now = self._shared.clock.now()
        given_up, untried_plain = await write_apart(
            [without_details(row, now=now) for row, _ in refused], record
        )
        for row, error in given_up:  # its lease ends, and another worker takes it
            log.error("outcome not recorded", **_about(row.message, error))
        waiting = untried + untried_plain
        self._outcomes.not_sent += waiting
        away = {row.message.id for row in [*waiting, *(row for row, _ in given_up)]}
        outcomes.not_sent = [row for row in outcomes.not_sent if row.message.id not in away]


@dataclass(frozen=True, slots=True)
class Names:
    """What a provider calls the messages that it took."""

    of_messages: Mapping[int, str]
    is_in_receipts: bool  # whether receipts have nothing else of ours


async def write(database: Database, outcomes: OutcomeBuffer, *, names: Names | None = None) -> None:
    if outcomes.sent:
        await record_sent(database, outcomes.sent, texts=outcomes.texts, names=names)
    if outcomes.not_sent:
        await record_not_sent(database, outcomes.not_sent)


async def record_sent(
    database: Database,
    rows: list[tuple[Claimed, float]],
    *,
    texts: Mapping[int, str] = MappingProxyType({}),
    names: Names | None = None,
) -> None:
    for partition, some in by_partition(rows, itemgetter(0)).items():
        # As text: an array of Python's numbers takes the driver ten times as long.
        ids = ",".join([str(message.id) for message, _ in some])
        sent_at = ",".join([str(at) for _, at in some])
        whose = {"partition": partition, "ids": f"{{{ids}}}", "sent_at": f"{{{sent_at}}}"}
        kept = kept_texts([message for message, _ in some], texts) if texts else []
        if names is None and not kept:
            await database.execute("record_sent", **whose)
            continue
        await database.execute(
            "record_sent_with_more",
            **whose,
            provider_ids=[names.of_messages.get(message.id, "") if names else "" for message, _ in some],
            is_named_in_receipts=names is not None and names.is_in_receipts,
            texts=dumps(kept, ensure_ascii=False),
        )


def kept_texts(messages: list[Claimed], texts: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the texts that are to be kept, a row for each mailing."""
    of_mailings: dict[int, list[int]] = {}
    for message in messages:
        if message.id in texts:
            of_mailings.setdefault(message.mailing_id, []).append(message.id)
    return [
        {
            "mailing_id": mailing_id,
            "first_id": min(ids),
            "last_id": max(ids),
            "message_ids": ids,
            "texts": [texts[message_id] for message_id in ids],
        }
        for mailing_id, ids in of_mailings.items()
    ]


async def record_not_sent(database: Database, rows: list[NotSent]) -> None:
    for partition, some in by_partition(rows, attrgetter("message")).items():
        await database.execute("record_not_sent", partition=partition, **_columns(some))


def released(message: Claimed, *, until: datetime, hours_version: int | None = None) -> NotSent:
    """No request was made: the message waits as if it had not been claimed."""
    return NotSent(message, "pending", next_attempt_at=until, charged=False, hours_version=hours_version)


def without_details(row: NotSent, *, now: datetime) -> NotSent:
    """The row with what can always be recorded: an outcome that is an error of ours."""
    later = now + timedelta(seconds=UNRECORDABLE_SECONDS)
    return NotSent(
        row.message,
        row.status,
        next_attempt_at=later if row.status == "pending" else None,
        attempt_outcome=row.attempt_outcome,
        reason=OUR_ERROR if row.attempt_outcome else None,
        charged=row.charged,
        at=now.timestamp(),
    )


def not_sent(
    message: Claimed,
    outcome: Retry | Failed | Held | Unknown,
    *,
    response: Response | NoResponse,
    terms: MailingTerms | None,
    now: datetime,
) -> NotSent:
    """The message after an attempt that did not succeed at `now`, and the attempt's own row.

    Without `terms`, of which a retry needs the hours, or where the zone is unknown to this machine,
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
        hours_version=terms.hours_version if terms and terms.hours and isinstance(outcome, Retry) else None,
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
            opening = next_opening(terms.hours, zone=zone, at=at) if terms and zone else at
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
        "hours_versions": [row.hours_version for row in rows],
    }


def _about(message: Claimed, error: Exception) -> dict[str, Any]:
    return {"message_id": message.id, "mailing_id": message.in_mailing, "error": str(error).strip()}
