"""Every way a gateway can fail on the wire, from a real server on a real socket."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from notification_service.delivery.gateways.base import Endpoint
from notification_service.delivery.gateways.probe_server import ProbeServerGateway
from notification_service.delivery.outcome import MAX_ANSWER_BYTES, Answer, NoAnswer
from notification_service.standalone.free_port import any_free_port

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b'{"code": 0, "message": "OK"}'


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def endpoint(port: int, *, scheme: str = "http") -> Endpoint:
    return Endpoint(
        url=f"{scheme}://127.0.0.1:{port}",
        token="secret",
        connect_timeout_seconds=0.3,
        request_timeout_seconds=0.5,
    )


async def send_to(port: int, *, scheme: str = "http", text: str = "Hello") -> Answer | NoAnswer:
    gateway = ProbeServerGateway(endpoint(port, scheme=scheme))
    try:
        return await gateway.send(message_id=7, phone="79161234567", text=text)
    finally:
        await gateway.close()


def answer_of(behave: Behaviour, *, scheme: str = "http") -> Answer | NoAnswer:
    """What the gateway's client makes of a server that reads a request and then behaves so."""

    connections: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await behave(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(serve(reader, writer)))

    async def run() -> Answer | NoAnswer:
        async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
            answer = await send_to(server.sockets[0].getsockname()[1], scheme=scheme)
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


def test_sends_what_the_contract_asks_for() -> None:
    requests = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(http(OK))
        await writer.drain()

    assert answer_of(behave) == Answer(200, OK)
    [(head, body)] = requests
    assert head.startswith(b"POST /v1/send/7 HTTP/1.1\r\n")
    assert b"authorization: bearer secret\r\n" in head.lower()
    assert b"content-type: application/json\r\n" in head.lower()
    assert json.loads(body) == {"id": 7, "phone": 79161234567, "text": "Hello"}


def test_any_text_reaches_the_gateway_as_it_is() -> None:
    text = 'Привет "мир" \\ \n\t\x01 👋 </script>'
    gateway = ProbeServerGateway(endpoint(1))
    assert json.loads(gateway._body(7, "79161234567", text)) == {"id": 7, "phone": 79161234567, "text": text}


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "503 Unavailable", "204 No Content"]
)
def test_any_status_is_an_answer(status: str) -> None:
    assert answer_of(answering(http(b"", status=status))) == Answer(int(status[:3]), b"")


def test_a_redirect_is_not_followed() -> None:
    response = http(b"", status="302 Found", headers="Location: http://127.0.0.1:1/\r\n")
    assert answer_of(answering(response)) == Answer(302, b"")


def test_retry_after_is_handed_on() -> None:
    response = http(b"", status="429 Too Many Requests", headers="Retry-After: 7\r\n")
    assert answer_of(answering(response)) == Answer(429, b"", retry_after="7")


def test_a_body_is_read_to_the_limit_and_no_further() -> None:
    answer = answer_of(answering(http(b"x" * (MAX_ANSWER_BYTES * 20))))
    assert answer == Answer(200, b"x" * (MAX_ANSWER_BYTES + 1))


def test_an_endless_chunked_body_is_read_to_the_limit_and_no_further() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
            await writer.drain()

    assert answer_of(behave) == Answer(200, b"x" * (MAX_ANSWER_BYTES + 1))


def test_a_refused_connection_was_surely_not_taken() -> None:
    assert asyncio.run(send_to(any_free_port())) == NoAnswer("connection refused", maybe_taken=False)


def test_a_name_without_an_address_was_surely_not_taken() -> None:
    gateway = ProbeServerGateway(Endpoint(url="http://gateway.invalid", token=""))
    answer = asyncio.run(gateway.send(message_id=7, phone="79161234567", text="Hello"))
    assert answer == NoAnswer("name not resolved", maybe_taken=False)


def test_a_connection_that_is_never_accepted_was_surely_not_taken() -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        answer = asyncio.run(send_to(listener.getsockname()[1]))
    assert answer == NoAnswer("no connection in time", maybe_taken=False)


def test_a_server_that_does_not_speak_tls_was_surely_not_given_the_message() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is not TLS\r\n" * 4)
        await writer.drain()

    assert answer_of(behave, scheme="https") == NoAnswer("TLS error", maybe_taken=False)


def test_silence_may_have_been_taken() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()

    assert answer_of(behave) == NoAnswer("no answer in time", maybe_taken=True)


def test_a_trickling_body_is_cut_at_the_total_timeout() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert answer_of(behave) == NoAnswer("no answer in time", maybe_taken=True)


def test_a_connection_closed_without_an_answer_may_have_been_taken() -> None:
    assert answer_of(answering(b"")) == NoAnswer("connection broke", maybe_taken=True)


def test_a_reset_connection_may_have_been_taken() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    assert answer_of(behave) == NoAnswer("connection broke", maybe_taken=True)


@pytest.mark.parametrize("response", [b"\x00\xff\r\n\r\n", http(OK)[:-5]])
def test_a_broken_answer_may_have_been_taken(response: bytes) -> None:
    assert answer_of(answering(response)) == NoAnswer("connection broke", maybe_taken=True)


def test_a_compressed_body_is_not_unpacked() -> None:
    response = http(b"\x1f\x8b", headers="Content-Encoding: gzip\r\n")
    assert answer_of(answering(response)) == Answer(200, b"\x1f\x8b")
