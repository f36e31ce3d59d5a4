"""Before a request whose doubt would end its message, the row says so: a dead worker's other messages go on.

One write at a time: whoever comes while it is under way joins the next.
"""

import asyncio

from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Claimed


class Asked:
    def __init__(self, queue: MessageQueue) -> None:
        self._queue = queue
        self._writing = asyncio.Lock()
        self._messages: list[Claimed] = []
        self._round: asyncio.Task[None] | None = None

    async def note(self, message: Claimed) -> None:
        """Return once the message's row says that its request may have started."""
        self._messages.append(message)
        if self._round is None:
            self._round = asyncio.create_task(self._write())
        await self._round

    async def _write(self) -> None:
        async with self._writing:
            messages, self._messages, self._round = self._messages, [], None
            await self._queue.note_asked(messages)
