"""A server on a real socket that reads a request and then does as the test says."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from notification_service.delivery.gateways import GatewaySettings, make_gateway
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.gateways.http.providers import providers

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

TOKEN = "someone:secret"


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def endpoint(port: int, *, scheme: str = "http", path: str = "") -> GatewaySettings:
    return GatewaySettings(
        url=f"{scheme}://127.0.0.1:{port}{path}",
        token=TOKEN,
        connect_timeout_seconds=0.3,
        request_timeout_seconds=0.5,
    )


def configured(kind: str, settings: GatewaySettings) -> GatewaySettings:
    """With what a gateway of the kind needs beside an address: `http` is to speak as `probe_server` does."""
    if kind != "http":
        return settings
    config = providers()["probe_server"].config | {"url": settings.url + "/v1/send/{{id}}"}
    return replace(settings, config=config)


async def send(
    kind: str, endpoint: GatewaySettings, *, message_id: int = 7, text: str = "Hello", traceparent: str = ""
) -> Response | NoResponse:
    """What a gateway of the kind makes of one message."""
    gateway = make_gateway(kind, configured(kind, endpoint))
    try:
        return await gateway.send(
            message_id=message_id, phone="79161234567", text=text, traceparent=traceparent
        )
    finally:
        await gateway.close()


def answer_of(
    kind: str, behave: Behaviour, *, scheme: str = "http", text: str = "Hello", traceparent: str = ""
) -> Response | NoResponse:
    """What a gateway of the kind makes of a server that behaves so."""
    connections: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await behave(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(serve(reader, writer)))

    async def run() -> Response | NoResponse:
        async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            answer = await send(kind, endpoint(port, scheme=scheme), text=text, traceparent=traceparent)
            for connection in connections:
                connection.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
            return answer

    return asyncio.run(run())


def answering(response: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(response)
        await writer.drain()

    return behave


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    [length] = [
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    return head, await reader.readexactly(length)
