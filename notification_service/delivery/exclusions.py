"""Messages that a worker holds although their phones have opted out since the claim (rule 14)."""

from dataclasses import dataclass
from itertools import chain

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.messages import Claimed, ClaimedBatch
from notification_service.delivery.steady import steady_seconds
from notification_service.observability import metrics


@dataclass(frozen=True, slots=True, eq=False)
class HeldBatch:
    batch: ClaimedBatch
    messages: list[Claimed]

    @property
    def is_recorded(self) -> bool:
        return self.batch.left <= 0


class Exclusions:
    """Whatever is held is known to be wanted as of `changes`, which is as of the last sync."""

    def __init__(self, config: DeliveryConfig, database: Database) -> None:
        self._lease_seconds = config.lease_seconds
        self._database = database
        self._held: list[HeldBatch] = []
        self.changes = 0

    async def hold(self, messages: list[Claimed], *, known: int, database: Database) -> None:
        """Watch the messages of a claim that began when `changes` was `known`.

        A claim reads no opt-out that is committed while it runs. If a sync has seen one since, it is looked
        for now; a later sync looks for its own.
        """
        if not messages:
            return
        held = HeldBatch(messages[0].batch, messages)
        held.batch.preferences_known = known
        self._held.append(held)
        if known < self.changes:
            await self._look([held], self.changes, database)

    async def sync(self) -> None:
        """Find what is not to be sent any more, and end it once it waits again."""
        recorded = [held for held in self._held if held.is_recorded or self._is_over(held)]
        ((changes,),) = await self._database.fetch("preference_changes")
        while new := [held for held in self._held if held.batch.preferences_known < changes]:
            await self._look(new, changes, self._database)  # a claim may add one meanwhile
        self.changes = changes
        await self._cancel()
        self._held = [held for held in self._held if held not in recorded]

    async def _look(self, some: list[HeldBatch], changes: int, database: Database) -> None:
        messages = list(chain.from_iterable(held.messages for held in some))
        rows = await database.fetch(
            "excluded",
            ids=[message.id for message in messages],
            mailing_ids=[message.mailing_id for message in messages],
            phones=[message.phone for message in messages],
        )
        reasons: dict[int, str] = dict(rows)
        for message in messages if reasons else ():
            if message.id in reasons:
                message.batch.excluded[message.id] = reasons[message.id]
        for held in some:
            held.batch.preferences_known = max(held.batch.preferences_known, changes)

    async def _cancel(self) -> None:
        """What was not requested, and what is to be tried again, goes back to the queue first."""
        reasons = dict(chain.from_iterable(held.batch.excluded.items() for held in self._held))
        if reasons:
            ids = sorted(reasons)
            cancelled = await self._database.execute(
                "cancel_excluded", ids=ids, reasons=[reasons[message_id] for message_id in ids]
            )
            metrics.ended.labels("cancelled").inc(cancelled)

    def _is_over(self, held: HeldBatch) -> bool:
        """Whether its lease has ended: nothing of it is sent then, even if an outcome was not recorded."""
        return steady_seconds() > held.batch.start_before + self._lease_seconds
