"""Connections that are kept, and those that are not; what is in doubt, and what is not."""

import asyncio
from collections import Counter

import pytest

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.wire import pool
from notification_service.delivery.wire.pool import Pool
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import http, read_request
from tests.delivery.wire.conftest import Run
from tests.delivery.wire.server import GOOD, TAKEN, answering, open_wire, reset, responses, serving

IN_DOUBT = NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)


def test_requests_share_a_connection(run: Run) -> None:
    assert run(responses(answering(GOOD), 5)) == ([Response(200, TAKEN)] * 5, 1)


@pytest.mark.parametrize(
    "payload",
    [
        http(TAKEN, headers="Connection: close\r\n"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        GOOD + b"HTTP/1.1 200 OK\r\n",
        http(TAKEN, headers="X : y\r\n"),
    ],
    ids=["close", "HTTP/1.0", "more than was asked", "repaired"],
)
def test_a_connection_whose_state_is_in_doubt_is_not_used_again(run: Run, payload: bytes) -> None:
    assert run(responses(answering(payload), 3)) == ([Response(200, TAKEN)] * 3, 3)


def test_a_body_that_ends_with_the_connection_is_a_response(run: Run) -> None:
    payload = b"HTTP/1.1 200 OK\r\n\r\n" + TAKEN
    assert run(responses(answering(payload, keep=False), 2)) == ([Response(200, TAKEN)] * 2, 2)


def test_a_body_that_is_cut_off_is_kept_as_far_as_it_came(run: Run) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + TAKEN
    [result], _ = run(responses(answering(cut, keep=False)))
    assert (result, result.partial) == (IN_DOUBT, Response(200, TAKEN))


def test_a_length_that_is_too_long_leaves_what_came_when_time_is_up(run: Run) -> None:
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + TAKEN
    [result], _ = run(responses(answering(long), request_timeout_seconds=0.3))
    assert (result, result.partial) == (
        NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True),
        Response(200, TAKEN),
    )


def test_a_connection_that_the_server_closed_while_idle_costs_nothing(run: Run) -> None:
    """The server has received nothing of the second request: it is made once, on another connection."""
    received: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append((await read_request(reader))[0].split(b"\r\n")[0])
        writer.write(GOOD)
        await writer.drain()  # and closes

    assert run(responses(behave, 20)) == ([Response(200, TAKEN)] * 20, 20)
    assert received == [b"POST /%d HTTP/1.1" % number for number in range(20)]


def test_a_kept_connection_that_breaks_as_it_is_used_is_in_doubt_and_no_other_is_kept(run: Run) -> None:
    """The server may have read the second request before it broke off: it is not made again."""
    received: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append((await read_request(reader))[0].split(b" ")[1])
        writer.write(GOOD)
        await writer.drain()
        received.append((await read_request(reader))[0].split(b" ")[1])
        reset(writer)

    found, connections = run(responses(behave, 6))
    assert found == [Response(200, TAKEN), IN_DOUBT, *[Response(200, TAKEN)] * 4]
    assert (received, connections) == ([b"/0", b"/1", b"/2", b"/3", b"/4", b"/5"], 5)


@pytest.mark.parametrize("at_once", [1, 50])
def test_of_a_gateway_that_breaks_kept_connections_as_they_are_used_one_request_is_in_doubt(
    run: Run, at_once: int
) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(GOOD)
        await writer.drain()
        await read_request(reader)
        reset(writer)

    async def main() -> Counter[Response | NoResponse]:
        async with serving(behave) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            found: Counter[Response | NoResponse] = Counter()
            for _ in range(500 // at_once):
                found.update(await asyncio.gather(*(wire.ask("/", b"{}") for _ in range(at_once))))
            wire.close()
            return found

    assert run(main()) == {Response(200, TAKEN): 499, IN_DOUBT: 1}


def test_until_a_gateway_has_kept_a_connection_one_request_at_a_time_uses_an_old_one(run: Run) -> None:
    used: list[int] = []  # how many requests came before on the connection of each
    may_respond = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(3):
            await read_request(reader)
            used.append(number)
            if len(used) > 5:
                await may_respond.wait()
            writer.write(GOOD)
            await writer.drain()

    async def main() -> tuple[list[int], list[int]]:
        async with serving(behave) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            await asyncio.gather(*(wire.ask("/", b"{}") for _ in range(5)))
            asked = [asyncio.create_task(wire.ask("/", b"{}")) for _ in range(5)]
            while len(used) < 10:  # noqa: ASYNC110
                await asyncio.sleep(0)
            may_respond.set()
            await asyncio.gather(*asked)
            await asyncio.gather(*(wire.ask("/", b"{}") for _ in range(5)))
            wire.close()
            return sorted(used[5:10]), sorted(used[10:])

    while_unproven, afterwards = run(main())
    assert while_unproven == [0, 0, 0, 0, 1]
    assert 0 not in afterwards


def test_a_gateway_that_breaks_each_first_connection_is_tried_more_and_more_rarely(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def main() -> None:
        connections = Pool()
        for _ in range(8):
            connections.note_break(now=100.0)
            waits.append(connections._keep_from - 100.0)

    run(main())
    assert [round(seconds) for seconds in waits] == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_connections_that_nobody_uses_are_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MAX_IDLE_SECONDS", 0.05)
    closed = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(GOOD)
        await writer.drain()
        await reader.read()
        closed.set()

    async def main() -> None:
        async with serving(behave) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            await wire.ask("/", b"{}")
            await asyncio.wait_for(closed.wait(), 20)
            wire.close()

    run(main())


def test_a_connection_that_breaks_before_any_response_is_in_doubt(run: Run) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        reset(writer)

    assert run(responses(behave)) == ([IN_DOUBT], 1)


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MAX_IDLE_SECONDS", -1.0)
    assert run(responses(answering(GOOD), 3)) == ([Response(200, TAKEN)] * 3, 3)


def test_an_early_response_ends_the_connection(run: Run) -> None:
    """A server that refuses a request before it has all of it would take the rest for another request."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(http(b"", status="413 Too Large"))
        await writer.drain()
        await asyncio.sleep(30)

    async def main() -> tuple[list[Response | NoResponse], int]:
        async with serving(refuse) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            found = [await wire.ask("/", b"x" * 20_000_000) for _ in range(2)]
            wire.close()
            return found, server.connections

    assert run(main()) == ([Response(413, b"")] * 2, 2)


def test_a_server_that_speaks_first_was_surely_not_given_the_message(run: Run) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(b"", status="503 Full"))
        await writer.drain()
        await asyncio.sleep(30)

    async def main() -> Response | NoResponse:
        async with serving(speak) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            connection = await wire._dialer.connect(deadline=asyncio.get_running_loop().time() + 5)
            while connection.is_usable:  # noqa: ASYNC110 (until its bytes have come)
                await asyncio.sleep(0)
            return await connection.ask(b"POST / HTTP/1.1\r\n\r\n", deadline=5)

    assert run(main()) == NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=False)


def test_a_cancelled_request_leaves_no_connection_to_the_next(run: Run) -> None:
    asked = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = (await read_request(reader))[0].split(b" ")[1] == b"/0"
        asked.set()
        if first:
            await asyncio.sleep(30)
        writer.write(GOOD)
        await writer.drain()

    async def main() -> tuple[Response | NoResponse, int]:
        async with serving(behave) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            request = asyncio.create_task(wire.ask("/0", b"{}"))
            await asked.wait()
            request.cancel()
            await asyncio.wait([request])
            result = await wire.ask("/1", b"{}")
            wire.close()
            return result, server.connections

    assert run(main()) == (Response(200, TAKEN), 2)


def test_requests_at_once_have_connections_of_their_own(run: Run) -> None:
    async def main() -> tuple[set[Response | NoResponse], int]:
        async with serving(answering(GOOD)) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}")
            for _ in range(2):
                await wire.ask("/", b"{}")  # it shows that it keeps connections
            for _ in range(3):
                found = await asyncio.gather(*(wire.ask(f"/{n}", b"{}") for n in range(10)))
            wire.close()
            return set(found), server.connections

    assert run(main()) == ({Response(200, TAKEN)}, 10)


def test_a_request_is_written_as_http_has_it(run: Run) -> None:
    heads: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = await read_request(reader)
        heads.append(head + body)
        writer.write(GOOD)

    async def main() -> None:
        async with serving(behave) as server:
            wire = open_wire(f"http://127.0.0.1:{server.port}/base", headers={"Authorization": "Bearer t"})
            await wire.ask("/v1/send/7", b'{"id": 7}', traceparent="00-a-b-01")
            wire.close()
            heads.append(str(server.port).encode())

    run(main())
    assert heads[0].decode().split("\r\n") == [
        "POST /base/v1/send/7 HTTP/1.1",
        "Content-Length: 9",
        "traceparent: 00-a-b-01",
        f"Host: 127.0.0.1:{heads[1].decode()}",
        "User-Agent: notification-service",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Authorization: Bearer t",
        "",
        '{"id": 7}',
    ]


def test_a_path_that_no_request_can_carry_was_surely_not_taken(run: Run) -> None:
    async def main() -> Response | NoResponse:
        async with serving(answering(GOOD)) as server:
            return await open_wire(f"http://127.0.0.1:{server.port}").ask("/привет", b"")

    assert run(main()) == NoResponse(Why(Reason.REQUEST_NOT_BUILT), maybe_taken=False)
