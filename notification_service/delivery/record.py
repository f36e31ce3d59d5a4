"""Record: write what became of messages, many together. Written twice, it changes nothing twice."""

import time
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, OutcomeBuffer
from notification_service.delivery.outcome import OUR_ERROR, NoResponse, Outcome, Response, Sent
from notification_service.delivery.outcome_rows import not_sent, released, without_details
from notification_service.delivery.write_apart import OF_A_ROW, OF_ALL_ROWS, write_apart
from notification_service.delivery.write_outcomes import Names, record_not_sent, record_sent, write
from notification_service.directory.rules import is_storable
from notification_service.mailings.models.message import PROVIDER_ID_LENGTH

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

    def _names(self, outcomes: OutcomeBuffer) -> Names | None:
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


def _about(message: Claimed, error: Exception) -> dict[str, Any]:
    return {"message_id": message.id, "mailing_id": message.in_mailing, "error": str(error).strip()}
