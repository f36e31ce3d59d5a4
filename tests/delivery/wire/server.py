"""A server on a real socket that does with each connection as the test says, on the test's own loop."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.wire import Target, Wire, WireSettings
from tests.delivery.gateways.wire import http, read_request

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

TAKEN = b'{"code": 0}'
GOOD = http(TAKEN)


class Server:
    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.port = 0

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._behave(reader, writer)
        writer.close()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def serving(
    behave: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    server = Server(behave)
    listening = await asyncio.start_server(server.accept, host, 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.stop()


def open_wire(url: str, *, headers: dict[str, str] | None = None, **settings: Any) -> Wire:
    times = {"connect_timeout_seconds": 5.0, "request_timeout_seconds": 5.0}
    return Wire(Target.from_url(url), WireSettings(**(times | settings)), headers=headers or {})


async def responses(
    behave: Behaviour,
    count: int = 1,
    *,
    scheme: str = "http",
    tls: ssl.SSLContext | None = None,
    **settings: Any,
) -> tuple[list[Response | NoResponse], int]:
    """What so many requests bring, one after another, and over how many connections."""
    async with serving(behave, tls=tls) as server:
        wire = open_wire(f"{scheme}://127.0.0.1:{server.port}", **settings)
        found = [await wire.ask(f"/{number}", b"{}") for number in range(count)]
        wire.close()
        return found, server.connections


def answering(*payloads: bytes, keep: bool = True) -> Behaviour:
    """Each request of a connection gets the next payload, the last one again and again."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = list(payloads)
        while True:
            await read_request(reader)
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()
            if not keep:
                return

    return behave


def reset(writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
