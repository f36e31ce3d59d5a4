"""Each kind of gateway against the simulator: a request by the contract, and a verdict on every fault."""

import asyncio

import pytest

from notification_service.delivery.gateways import GatewaySettings, make_gateway
from notification_service.delivery.outcome import (
    ACCEPTED,
    NoResponse,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import configured
from tests.gateway_simulator.running import FORM_PATH, Simulator, simulator
from tests.reasons import http_status

PATHS = {"probe_server": "", "form_sms": FORM_PATH, "http": ""}
KINDS = pytest.mark.parametrize("kind", PATHS)


def send(
    kind: str, to: Simulator, *, text: str = "Hello", token: str = "someone:secret"
) -> Verdict | NoResponse:
    """What a gateway of the kind makes of one message that is sent to the simulator."""
    url = f"http://{to.host}:{to.port}{PATHS[kind]}"

    async def run() -> Verdict | NoResponse:
        settings = GatewaySettings(url, token, request_timeout_seconds=0.5)
        gateway = make_gateway(kind, configured(kind, settings))
        try:
            answer = await gateway.send(message_id=7, phone="79161234567", text=text)
            return gateway.judge(answer) if isinstance(answer, Response) else answer
        finally:
            await gateway.close()

    return asyncio.run(run())


@KINDS
@pytest.mark.parametrize(
    "text",
    [
        "Привет, Ёжик & Ко: 100 % + «скидка» = 50; вот так",
        "a=b&mes=other&id=8+%2B%26#?/\\\"'",
        "👍🏽 семья 👨‍👩‍👧",
        "первая\r\nвторая\tтретья",
        "ы" * 2000,
    ],
)
def test_every_character_of_a_text_reaches_the_simulator(kind: str, text: str) -> None:
    with simulator(token="someone:secret") as to:
        assert send(kind, to, text=text) is ACCEPTED
        [request] = to.requests()
    assert (request["msg_id"], request["phone"], request["text"]) == (7, 79161234567, text)


@KINDS
def test_a_repeated_request_has_the_same_message_id(kind: str) -> None:
    with simulator() as to:
        send(kind, to)
        send(kind, to)
        assert to.stats()["duplicates"] == 1


@KINDS
def test_a_wrong_token_is_not_authorised(kind: str) -> None:
    with simulator(token="someone:other") as to:
        assert isinstance(send(kind, to), NotLetIn)


@KINDS
@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("nonsense", TryAgain(Why(Reason.RESPONSE_NOT_JSON))),
        ("huge", TryAgain(Why(Reason.RESPONSE_TOO_LONG))),
        ("redirect", TryAgain(http_status(307))),
        ("429", TryAgain(http_status(429), is_trouble=True)),
        ("503", TryAgain(http_status(503), is_trouble=True)),
        ("400", Refused(http_status(400))),
        ("403", NotLetIn(http_status(403))),
        ("drop", NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)),
        ("reset", NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)),
        ("truncated", NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)),
        ("garbled", ACCEPTED),
        ("garbage", NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)),
        ("hang", NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)),
        ("trickle", NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)),
    ],
)
def test_a_fault_has_the_same_verdict_for_every_kind(
    kind: str, fault: str, verdict: Verdict | NoResponse
) -> None:
    with simulator(faults={fault: 1}) as to:
        assert send(kind, to) == verdict


@pytest.mark.parametrize(
    ("kind", "fault", "verdict"),
    [
        ("probe_server", "wrong_code", TryAgain(Why(Reason.GATEWAY_CODE, 1))),
        ("probe_server", "error_3", TryAgain(Why(Reason.GATEWAY_CODE, 3))),
        ("form_sms", "wrong_code", TryAgain(Why(Reason.GATEWAY_CODE, 99))),
        ("form_sms", "error_1", Refused(Why(Reason.PARAMETERS_WRONG))),
        ("form_sms", "error_3", NotLetIn(Why(Reason.ACCOUNT_EMPTY))),
        ("form_sms", "error_9", TryAgain(Why(Reason.TOO_MANY_EQUAL), wait_seconds=60)),
    ],
)
def test_a_response_code_has_the_verdict_of_its_kind(kind: str, fault: str, verdict: Verdict) -> None:
    with simulator(faults={fault: 1}) as to:
        assert send(kind, to) == verdict
