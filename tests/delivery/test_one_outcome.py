"""Whatever is raised or received once a request may have left becomes one recorded outcome."""

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateways import KINDS, GatewaySettings, make_gateway
from notification_service.delivery.outcome import NoResponse, Response, Verdict
from notification_service.mailings.models import Attempt, Batch, Gateway, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import messages_must_have
from tests.delivery.gateways.wire import endpoint, read_request
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.delivery.test_dispatcher import hours_from_now
from tests.factories import make_client, make_message, make_messages, make_running_mailing, now

LATER: dict[str, Any] = {"retry_base_seconds": 1e7, "retry_cap_seconds": 1e7, "breaker_failures": 0}


UNKNOWN_ZONE = "OLY-3"  # PostgreSQL reads it, Python does not


class Panic(BaseException):
    """As a library in another language raises it."""


ERRORS = [ValueError, KeyError, AttributeError, OSError, TimeoutError, Panic, asyncio.CancelledError]


def raising(error: type[BaseException]) -> ScriptedGateway:
    async def script(request: Request) -> Response:
        raise error("Retry-After: 5 минут")

    return ScriptedGateway(script)


class PuzzledGateway(ScriptedGateway):
    def judge(self, response: Response) -> Verdict:
        raise LookupError("no such code")


def recorded(messages: Iterable[Message]) -> set[tuple[str, int, int]]:
    """The status, the attempts, and the attempts that have a row, of each."""
    rows = Message.objects.filter(id__in=[message.id for message in messages])
    return {(row.status, row.attempts, Attempt.objects.filter(message=row).count()) for row in rows}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(("on_unknown", "status"), [("send_again", "pending"), ("give_up", "unknown")])
def test_a_message_whose_adapter_raises_may_have_been_taken(
    conninfo: str, error: type[BaseException], on_unknown: str, status: str
) -> None:
    messages = make_messages(make_running_mailing(on_unknown=on_unknown), 3)
    gateway = raising(error)
    drain(conninfo, gateway, **LATER)
    assert recorded(messages) == {(status, 1, 1)}
    assert (len(gateway.requests), Batch.objects.count()) == (3, 0)
    assert set(Attempt.objects.values_list("reason", flat=True)) == {Reason.INTERNAL_ERROR}


def test_an_exception_of_an_adapter_counts_towards_the_breaker(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    drain(conninfo, raising(ValueError), max_concurrency=1, breaker_failures=5)
    assert Gateway.objects.get(name="main").breaker == "open"


def test_a_message_whose_response_cannot_be_judged_may_have_been_taken(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(on_unknown="give_up"), 3)
    drain(conninfo, PuzzledGateway(), **LATER)
    assert recorded(messages) == {("unknown", 1, 1)}
    assert set(Attempt.objects.values_list("http_status", flat=True)) == {200}


def test_a_cancelled_dispatcher_records_its_request_and_ends(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(on_unknown="give_up"), 2)
    begun = asyncio.Event()

    async def hang(request: Request) -> Response:
        begun.set()
        await asyncio.sleep(20)
        return TAKEN

    async def cancel(dispatcher: Dispatcher) -> None:
        draining = asyncio.create_task(dispatcher.drain())
        await begun.wait()
        for delivery in list(dispatcher.deliveries.tasks):
            delivery.cancel()
        dispatcher.stop()
        await draining

    gateway = ScriptedGateway(hang)
    drain(conninfo, gateway, cancel, max_concurrency=1, **LATER)
    asked, other = sorted(messages, key=lambda message: message.id not in gateway.asked)
    assert recorded([asked]) == {("unknown", 1, 1)}
    assert recorded([other]) == {("pending", 0, 0)}


def test_a_message_in_an_unknown_zone_waits_for_its_backoff(conninfo: str) -> None:
    mailing = make_running_mailing(**hours_from_now(-2, 2))
    message = make_message(mailing, make_client(timezone=UNKNOWN_ZONE))
    well = make_message(mailing, make_client(timezone="UTC"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway, **LATER)
    assert (gateway.asked, recorded([well])) == ([well.id], {("sent", 1, 0)})
    assert recorded([message]) == {("pending", 1, 1)}
    assert Attempt.objects.get(message=message).why == Why(Reason.ZONE_UNKNOWN)


def test_a_retry_in_an_unknown_zone_is_recorded(conninfo: str) -> None:
    message = make_message(make_running_mailing(), make_client(timezone=UNKNOWN_ZONE))
    drain(conninfo, raising(ValueError), **LATER)
    assert recorded([message]) == {("pending", 1, 1)}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"http"}))  # its URL is checked with its settings
@pytest.mark.parametrize(
    "url", ["http://gateway example", "http://gateway/a b", "ftp://gateway", "http://гейт"]
)
def test_a_url_that_no_request_can_carry_is_refused_where_the_gateway_is_made(kind: str, url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        make_gateway(kind, GatewaySettings(url, "token"))


def test_a_message_that_cannot_be_marked_as_attempted_is_released(conninfo: str) -> None:
    message = make_message(make_running_mailing(on_unknown="give_up"))
    gateway = ScriptedGateway()
    with messages_must_have(conninfo, "gateway_id IS NULL"):
        drain(conninfo, gateway)
    message.refresh_from_db()
    assert (gateway.asked, recorded([message])) == ([], {("pending", 0, 0)})
    assert message.next_attempt_at is not None
    assert message.next_attempt_at > now()


# any bytes

LINE = st.binary(max_size=20).map(lambda text: text.replace(b"\r", b"").replace(b"\n", b""))
STATUS_LINES = st.one_of(
    st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 429 Too Many", b"HTTP/1.1 503 Away", b"HTTP/1.1 204 "]),
    LINE.map(lambda text: b"HTTP/1.1 200 " + text),
    LINE,
)
NAMES = st.sampled_from([b"Retry-After", b"Content-Length", b"Content-Type", b"Transfer-Encoding", b"X "])
HEADERS = st.lists(st.tuples(st.one_of(NAMES, LINE), LINE).map(b": ".join), max_size=3)
BODIES = st.one_of(st.sampled_from([b'{"code": 0}', b'{"code": 1e999}', b"[0]"]), st.binary(max_size=60))


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    head = [draw(STATUS_LINES), *draw(HEADERS), b"Connection: close"]
    return b"\r\n".join([*head, b"", draw(BODIES)])


async def serve_each(
    listener: socket.socket, answers: dict[int, bytes], requests: list[int]
) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head, _ = await read_request(reader)
            requests.append(int(head.split(b" ")[1].rpartition(b"/")[2]))
            writer.write(answers[requests[-1]])
            await writer.drain()
        writer.close()

    return await asyncio.start_server(serve, sock=listener)


@given(st.lists(responses(), min_size=15, max_size=15))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_of_a_gateway_give_one_outcome(conninfo: str, given_answers: list[bytes]) -> None:
    messages = make_messages(make_running_mailing(), len(given_answers))
    answers = {message.id: answer for message, answer in zip(messages, given_answers, strict=True)}
    requests: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    async def run(dispatcher: Dispatcher) -> None:
        async with await serve_each(listener, answers, requests):
            await dispatcher.drain()

    Gateway.objects.update(held_at=None, probe_at=None)
    patient = replace(
        endpoint(listener.getsockname()[1]), connect_timeout_seconds=9, request_timeout_seconds=9
    )
    drain(conninfo, make_gateway("probe_server", patient), run, **LATER)
    held = {("pending", 0, 1)}  # 401 and 403 charge nothing
    assert recorded(messages) <= {("sent", 1, 0), ("pending", 1, 1), ("failed", 1, 1)} | held
    assert sorted(requests) == sorted(answers)


RAISED = st.sampled_from([*ERRORS, None])


@given(st.lists(RAISED, min_size=15, max_size=15))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_error_of_a_gateway_gives_one_outcome(
    conninfo: str, errors: list[type[BaseException] | None]
) -> None:
    messages = make_messages(make_running_mailing(), len(errors))
    raised = {message.id: error for message, error in zip(messages, errors, strict=True)}

    async def script(request: Request) -> Response | NoResponse:
        if error := raised[request.message_id]:
            raise error
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, **LATER)
    for message in messages:
        assert recorded([message]) == {("pending", 1, 1) if raised[message.id] else ("sent", 1, 0)}
    assert gateway.asked == sorted(raised)
