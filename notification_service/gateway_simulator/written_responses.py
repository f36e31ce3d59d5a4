"""Responses as prepared bytes: quicker than making headers for each, and broken on demand."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from http.client import responses as PHRASES  # noqa: N812 - numbers to phrases
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from .connection import ServerConnection

_LINGER_ZERO: Final = struct.pack("ii", 1, 0)


def json_bytes(content: Mapping[str, Any], *, status: int = 200) -> bytes:
    body = json.dumps(content).encode()
    lines = [
        f"HTTP/1.1 {status} {phrase(status)}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def phrase(status: int) -> str:
    return PHRASES.get(status, "Status")


class WrittenResponse(web.StreamResponse):
    """It has nothing of a request in it, so that one object can serve many."""

    def __init__(self, payload: bytes = b"") -> None:
        super().__init__()
        self.payload = payload

    @property
    def keep_alive(self) -> bool:
        return True  # the connection decides otherwise

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if request.keep_alive:
            await self._write(request.writer, self.payload)
        else:
            request.protocol.close()
            await self._write(request.writer, _closing(self.payload))
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: all of it has been written."""

    async def _write(self, writer: AbstractStreamWriter, payload: bytes) -> None:
        await writer.write(payload)
        await writer.drain()


class Trickled(WrittenResponse):
    """A byte at a time."""

    def __init__(self, payload: bytes, *, pause_seconds: float) -> None:
        super().__init__(payload)
        self._pause_seconds = pause_seconds

    async def _write(self, writer: AbstractStreamWriter, payload: bytes) -> None:
        for place in range(len(payload)):
            await writer.write(payload[place : place + 1])
            await asyncio.sleep(self._pause_seconds)


class Last(WrittenResponse):
    """The connection closes after it, once the sender has read it."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        request.protocol.close()
        await self._write(request.writer, _closing(self.payload))
        await cast(ServerConnection, request.protocol).linger()
        return None


class BrokenOff(WrittenResponse):
    """These bytes, then the connection closes."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        await request.writer.write(self.payload)
        request.protocol.force_close()
        return None


class Reset(WrittenResponse):
    """TCP RST in place of a response."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if transport := request.transport:
            peer: socket.socket = transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            transport.abort()
        return None


class Hanging(WrittenResponse):
    """The connection stays open, nothing comes."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        await cast(ServerConnection, request.protocol).hang()
        return None


def _closing(payload: bytes) -> bytes:
    return payload.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
