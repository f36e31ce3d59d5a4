"""Every way a gateway can fail on the wire, whatever its kind, from a real server on a real socket."""

import asyncio
import logging
import socket
import struct

import pytest

from notification_service.delivery.gateways import KINDS, GatewaySettings
from notification_service.delivery.outcome import MAX_RESPONSE_BYTES, NoResponse, Response
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import (
    TOKEN,
    Behaviour,
    answer_of,
    answering,
    endpoint,
    http,
    read_request,
    send,
)
from tests.ports import free_port


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "503 Unavailable", "204 No Content"]
)
def test_any_status_is_a_response(kind: str, status: str) -> None:
    assert answer_of(kind, answering(http(b"", status=status))) == Response(int(status[:3]), b"")


def test_a_redirect_is_not_followed(kind: str) -> None:
    response = http(b"", status="302 Found", headers="Location: http://127.0.0.1:1/\r\n")
    assert answer_of(kind, answering(response)) == Response(302, b"")


def test_a_retry_after_header_is_passed_on(kind: str) -> None:
    response = http(b"", status="429 Too Many Requests", headers="Retry-After: 7\r\n")
    assert answer_of(kind, answering(response)) == Response(429, b"", retry_after="7")


@pytest.mark.parametrize("status", ["200 OK", "429 Too Many Requests", "503 Unavailable"])
def test_an_unreadable_retry_after_header_counts_as_absent(kind: str, status: str) -> None:
    response = http(b'{"code": 0}', status=status).replace(
        b"\r\n", "\r\nRetry-After: 5 минут\r\n".encode(), 1
    )
    assert answer_of(kind, answering(response)) == Response(int(status[:3]), b'{"code": 0}')


@pytest.mark.parametrize("traceparent", [f"00-{'a' * 32}-{'b' * 16}-01", ""])
def test_a_request_carries_the_trace_if_there_is_a_trace(kind: str, traceparent: str) -> None:
    heads: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await read_request(reader))[0].lower())

    answer_of(kind, behave, traceparent=traceparent)
    expected = [b"traceparent: " + traceparent.encode()] if traceparent else []
    assert [line for line in heads[0].split(b"\r\n") if line.startswith(b"traceparent")] == expected


def test_a_body_is_read_to_the_limit_and_no_further(kind: str) -> None:
    answer = answer_of(kind, answering(http(b"x" * (MAX_RESPONSE_BYTES * 20))))
    assert answer == Response(200, b"x" * (MAX_RESPONSE_BYTES + 1))


def test_an_endless_chunked_body_is_read_to_the_limit_and_no_further(kind: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
            await writer.drain()

    assert answer_of(kind, behave) == Response(200, b"x" * (MAX_RESPONSE_BYTES + 1))


def test_a_message_over_a_refused_connection_was_surely_not_taken(kind: str) -> None:
    assert asyncio.run(send(kind, endpoint(free_port()))) == NoResponse(
        Why(Reason.CONNECTION_REFUSED), maybe_taken=False
    )


def test_a_message_to_an_unresolved_name_was_surely_not_taken(kind: str) -> None:
    answer = asyncio.run(send(kind, GatewaySettings(url="http://gateway.invalid", token=TOKEN)))
    assert answer == NoResponse(Why(Reason.NAME_NOT_RESOLVED), maybe_taken=False)


def test_a_message_over_a_connection_that_is_never_accepted_was_surely_not_taken(kind: str) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        answer = asyncio.run(send(kind, endpoint(listener.getsockname()[1])))
    assert answer == NoResponse(Why(Reason.CONNECT_TIMEOUT), maybe_taken=False)


def test_a_message_to_a_server_without_tls_was_surely_not_taken(kind: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is not TLS\r\n" * 4)
        await writer.drain()

    assert answer_of(kind, behave, scheme="https") == NoResponse(
        Why(Reason.TLS_ERROR, text="wrong version number"), maybe_taken=False
    )


def test_a_message_without_a_response_in_time_may_have_been_taken(kind: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()

    assert answer_of(kind, behave) == NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)


def test_a_trickling_body_is_cut_at_the_total_timeout(kind: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert answer_of(kind, behave) == NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)


def test_a_message_over_a_connection_closed_without_a_response_may_have_been_taken(kind: str) -> None:
    assert answer_of(kind, answering(b"")) == NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)


def test_a_message_over_a_reset_connection_may_have_been_taken(kind: str) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    assert answer_of(kind, behave) == NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)


@pytest.mark.parametrize("response", [b"\x00\xff\r\n\r\n", http(b"x" * 20)[:-5]])
def test_a_message_with_a_broken_response_may_have_been_taken(kind: str, response: bytes) -> None:
    assert answer_of(kind, answering(response)) == NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)


def test_a_compressed_body_is_not_unpacked(kind: str) -> None:
    response = http(b"\x1f\x8b", headers="Content-Encoding: gzip\r\n")
    assert answer_of(kind, answering(response)) == Response(200, b"\x1f\x8b")


@pytest.mark.parametrize("behave", [answering(http(b"no", status="401 Unauthorized")), answering(b"")])
def test_the_token_is_in_no_result_and_no_log(
    kind: str, behave: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert "secret" not in repr(answer_of(kind, behave))
    assert "secret" not in repr(endpoint(1))
    assert "secret" not in caplog.text
