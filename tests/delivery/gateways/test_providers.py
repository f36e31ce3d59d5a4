"""Ready-made settings against stand-ins that answer as the providers' documents say."""

import asyncio
from collections.abc import Iterator

import pytest

from notification_service.delivery.gateways import GatewaySettings, make_gateway
from notification_service.delivery.outcome import ACCEPTED, NotLetIn, Refused, Response, TryAgain, Verdict
from notification_service.mailings.gateways.http import read_config
from notification_service.mailings.gateways.http.pointers import MISSING, value_at
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.gateways.http.rules import all_hold
from notification_service.mailings.reasons import Reason, Why
from tests.provider_stand_ins import TOKENS, Message, StandIns, phone_for, stand_ins
from tests.reasons import http_status

TEXT = "Скидка 5 % & подарок: «Ёж» + 1 = 👍🏽\nсегодня"
WITH_ID = ("smsc", "vonage", "infobip")


@pytest.fixture(scope="module")
def providers_at() -> Iterator[StandIns]:
    with stand_ins() as found:
        yield found


def send(at: StandIns, name: str, *, code: int = 0, token: str = "") -> tuple[Verdict, str]:
    """What the settings make of one message, and the provider's id of it."""

    async def run() -> tuple[Verdict, str]:
        token_of_gateway = token or TOKENS[name]
        gateway = make_gateway("http", GatewaySettings(at.origin, token_of_gateway, config=at.config(name)))
        try:
            response = await gateway.send(message_id=7, phone=phone_for(code), text=TEXT)
            assert isinstance(response, Response)
            return gateway.judge(response), gateway.provider_id(response)
        finally:
            await gateway.close()

    return asyncio.run(run())


def said(word: str) -> Why:
    return Why(Reason.GATEWAY_ANSWERED, text=word)


def code(number: int) -> Why:
    return Why(Reason.GATEWAY_CODE, number)


@pytest.mark.parametrize("name", TOKENS)
def test_a_provider_takes_a_message_as_it_was_written(providers_at: StandIns, name: str) -> None:
    verdict, provider_id = send(providers_at, name)
    assert verdict is ACCEPTED
    assert provider_id
    message_id = "7" if name in WITH_ID else ""
    assert providers_at.taken[-1] == Message(name, phone_for(0), TEXT, message_id)


@pytest.mark.parametrize(
    ("name", "number", "verdict"),
    [
        ("smsru", 202, Refused(code(202))),
        ("smsru", 207, Refused(code(207))),
        ("smsru", 201, NotLetIn(code(201))),
        ("smsru", 220, TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
        ("smsc", 7, Refused(code(7))),
        ("smsc", 3, NotLetIn(code(3))),
        ("smsc", 9, TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
        ("twilio", 21211, Refused(said("21211"))),
        ("twilio", 21606, NotLetIn(said("21606"))),
        ("twilio", 30001, TryAgain(http_status(400))),
        ("twilio", 20429, TryAgain(http_status(429), is_trouble=True)),
        ("vonage", 6, Refused(said("6"))),
        ("vonage", 9, NotLetIn(said("9"))),
        ("vonage", 1, TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
        ("infobip", 1, Refused(said("REJECTED_DESTINATION"))),
        ("infobip", 2, NotLetIn(said("REJECTED_NOT_ENOUGH_CREDITS"))),
        ("infobip", 3, ACCEPTED),
        ("infobip", 4, TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
    ],
)
def test_a_documented_error_has_its_verdict(
    providers_at: StandIns, name: str, number: int, verdict: Verdict
) -> None:
    assert send(providers_at, name, code=number)[0] == verdict


@pytest.mark.parametrize("name", TOKENS)
def test_a_wrong_token_does_not_let_us_in(providers_at: StandIns, name: str) -> None:
    assert isinstance(send(providers_at, name, token="wrong:token")[0], NotLetIn)


@pytest.mark.parametrize("name", providers())
def test_ready_made_settings_can_be_used_as_they_are(name: str) -> None:
    provider = providers()[name]
    read_config(provider.config)
    for pointer, example in provider.replace.items():
        found = value_at(provider.config, tuple(pointer[1:].split("/")))
        assert found is not MISSING
        assert example in found


@pytest.mark.parametrize(
    ("name", "delivered", "undelivered"),
    [
        ("smsc", {"id": "7", "status": "1"}, {"id": "7", "status": "20", "err": "6"}),
        ("twilio", {"MessageSid": "SM1", "MessageStatus": "delivered"}, {"MessageStatus": "undelivered"}),
        ("vonage", {"client-ref": "7", "status": "delivered"}, {"status": "expired"}),
        (
            "infobip",
            {"results": [{"messageId": "7", "status": {"groupName": "DELIVERED"}}]},
            {"results": [{"messageId": "7", "status": {"groupName": "UNDELIVERABLE"}}]},
        ),
    ],
)
def test_a_documented_receipt_is_understood(name: str, delivered: object, undelivered: object) -> None:
    receipts = read_config(providers()[name].config).receipts
    assert receipts is not None
    if receipts.list:
        delivered, undelivered = (value_at(each, (*receipts.list, "0")) for each in (delivered, undelivered))
    assert all_hold(receipts.delivered, delivered)
    assert not all_hold(receipts.undelivered, delivered)
    assert all_hold(receipts.undelivered, undelivered)
    assert value_at(delivered, receipts.id or receipts.provider_id or ()) in ("7", "SM1")
