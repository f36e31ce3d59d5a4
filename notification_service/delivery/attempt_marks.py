"""Marks of messages that may have been requested, for mailings that give up in doubt."""

import asyncio

from notification_service.delivery.database import Database
from notification_service.delivery.messages import Claimed, by_partition


class AttemptMarks:
    """Marks a message's row before its request may start.

    After a worker has died, its unmarked messages can then be sent by others. There is one write at a time;
    messages that come during it wait for the next. What was marked and not requested after all loses its mark
    before another message gets one. So no more are marked in vain than may be requested at once.

    `marking` and `recording` are connections. Marks are taken away by the one that records outcomes: on two,
    each could wait for rows that the other has locked.
    """

    def __init__(self, *, marking: Database, recording: Database) -> None:
        self._marking, self._recording = marking, recording
        self._writing = asyncio.Lock()
        self._messages: list[Claimed] = []
        self._in_vain: list[Claimed] = []
        self._round: asyncio.Task[None] | None = None

    async def mark(self, message: Claimed) -> None:
        """Return once the message's row is marked. Whoever is cancelled before that stops no other."""
        self._messages.append(message)
        if self._round is None:
            self._round = asyncio.create_task(self._write())
        await asyncio.shield(self._round)

    def take_back(self, message: Claimed) -> None:
        """Note that there was no request for it: its row may be marked, and is about to be released."""
        self._in_vain.append(message)

    async def _write(self) -> None:
        async with self._writing:
            messages, self._messages, self._round = self._messages, [], None
            in_vain, self._in_vain = self._in_vain, []
            try:
                await mark_attempted(self._recording, in_vain, is_attempted=False)
            except BaseException:
                self._in_vain += in_vain
                raise
            await mark_attempted(self._marking, messages)


async def mark_attempted(database: Database, messages: list[Claimed], *, is_attempted: bool = True) -> None:
    for partition, some in by_partition(messages, lambda message: message).items():
        ids, batch_ids = [m.id for m in some], [m.batch.id for m in some]
        whose = {"partition": partition, "ids": ids, "batch_ids": batch_ids}
        await database.execute("mark_attempted", **whose, is_attempted=is_attempted)
