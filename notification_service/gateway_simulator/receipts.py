"""Tells the service what became of the messages that the simulator took, as a provider does."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

_MOST: Final = 1_000  # in one request
_EVERY_SECONDS: Final = 0.2
_TIMEOUT: Final = ClientTimeout(total=10)


class ReceiptSender:
    """Keeps receipts until they are taken: what is refused, or not answered, is sent again."""

    def __init__(self, *, url: str, key: str, undelivered: float, seed: int) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {key}"}
        self._undelivered, self._seed = undelivered, seed
        self._waiting: list[dict[str, Any]] = []
        self.told = 0

    def add(self, msg_id: int) -> None:
        """The same seed and message have the same end."""
        draw = random.Random(f"{self._seed} {msg_id}").random()  # noqa: S311 (a simulation)
        if draw < self._undelivered:
            receipt = {"id": msg_id, "status": "undelivered", "reason": "the phone is switched off"}
        else:
            receipt = {"id": msg_id, "status": "delivered"}
        self._waiting.append(receipt)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._send_all())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _send_all(self) -> None:
        async with ClientSession(headers=self._headers, timeout=_TIMEOUT) as session:
            while True:
                while self._waiting and await self._send(session, self._waiting[:_MOST]):
                    pass
                await asyncio.sleep(_EVERY_SECONDS)

    async def _send(self, session: ClientSession, some: list[dict[str, Any]]) -> bool:
        try:
            async with session.post(self._url, json=some, allow_redirects=False) as response:
                is_taken = response.status == 202
        except (ClientError, OSError, TimeoutError):
            return False
        if is_taken:
            del self._waiting[: len(some)]
            self.told += len(some)
        return is_taken
