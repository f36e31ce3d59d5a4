"""A program that uses either client, written once."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from notification_service_client import AsyncClient, Client

KINDS = {"sync": Client, "async": AsyncClient}


class Program:
    def __init__(self, kind: str, url: str, key: str, **options: Any) -> None:
        self._loop = asyncio.new_event_loop() if kind == "async" else None
        self._client: Any = KINDS[kind](url, key, **options)

    def do(self, resource: str, action: str, *args: Any, **kwargs: Any) -> Any:
        """What the call returns; a list where it yields."""
        result = getattr(getattr(self._client, resource), action)(*args, **kwargs)
        if isinstance(result, AsyncIterator):
            return self._run(_all(result))
        if inspect.isawaitable(result):
            return self._run(result)
        return list(result) if isinstance(result, Iterator) else result

    @property
    def is_closed(self) -> bool:
        return bool(self._client._http.is_closed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        closing = self._client.close()
        if self._loop:
            self._run(closing)
            self._loop.close()

    def _run(self, awaitable: Any) -> Any:
        assert self._loop
        return self._loop.run_until_complete(awaitable)


async def _all(rows: AsyncIterator[Any]) -> list[Any]:
    return [row async for row in rows]
