"""Each client gets the text with its own values as they are at the claim, or no request and a reason."""

from typing import Any

import pytest

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.outcome import Response
from notification_service.mailings.models import Attempt, Gateway, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import claim
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.delivery.test_dispatcher import execute
from tests.factories import make_client, make_message, make_running_mailing

ORDER = {"name": "Анна", "order": 1042, "total": 12.5, "new": True}


def send(conninfo: str, text: str, **fields: Any) -> ScriptedGateway:
    """A message of a mailing with the text to a client with the fields."""
    make_message(make_running_mailing(text=text), make_client(**fields))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    return gateway


def texts(gateway: ScriptedGateway) -> list[str]:
    return [request.text for request in gateway.requests]


def end_of(message: Message) -> tuple[str, Why | None]:
    message.refresh_from_db()
    return message.status, message.why


def test_a_request_carries_the_text_with_the_clients_values(conninfo: str) -> None:
    gateway = send(
        conninfo,
        "{{name}}, заказ {{order}}: {{total}} {{new}} {{tag}} {{phone}} {{city|у нас}}",
        attributes=ORDER,
        tag="vip",
        phone="79161234567",
    )
    assert texts(gateway) == ["Анна, заказ 1042: 12.5 true vip 79161234567 у нас"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("<b>&amp;</b>", id="markup"),
        pytest.param("\"'\\", id="quotes"),
        pytest.param("\u2028\u2029", id="line separators"),
        pytest.param("👩‍👩‍👧", id="emoji"),
        pytest.param("{{order}} \\{{", id="a placeholder"),
        pytest.param("%s %(name)s ${name}", id="other syntaxes"),
    ],
)
def test_a_value_reaches_the_gateway_as_it_is(conninfo: str, value: str) -> None:
    gateway = send(conninfo, "<{{name}}|{{order}}>", attributes={"name": value, "order": 1})
    assert texts(gateway) == [f"<{value}|1>"]


def test_two_mailings_of_one_claim_get_each_what_they_need(conninfo: str) -> None:
    client = make_client(attributes=ORDER)
    for text in ("plain", "to {{name}}", r"\{{name}}"):
        make_message(make_running_mailing(text=text), client)
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert sorted(texts(gateway)) == ["plain", "to Анна", "{{name}}"]


def test_a_claim_brings_values_only_where_the_text_has_placeholders(conninfo: str) -> None:
    client = make_client(attributes={"name": "Ann"}, tag="vip")
    plain = make_message(make_running_mailing(text="Hello"), client)
    personal = make_message(make_running_mailing(text="{{name}}"), client)
    brought = {message.id: (message.attributes, message.tag) for message in claim(conninfo)}
    assert brought == {plain.id: (None, None), personal.id: ('{"name": "Ann"}', "vip")}


@pytest.mark.parametrize(
    "attributes",
    [{}, {"name": None}, {"name": ""}, {"name": " \n"}],
    ids=["absent", "null", "empty", "blank"],
)
def test_a_message_without_a_value_fails_without_a_request(conninfo: str, attributes: dict[str, Any]) -> None:
    message = make_message(make_running_mailing(text="{{name}}"), make_client(attributes=attributes))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert (gateway.requests, end_of(message)) == ([], ("failed", Why(Reason.NO_VALUE)))
    assert Attempt.objects.get(message=message).why == Why(Reason.NO_VALUE)


def test_a_text_over_two_thousand_characters_fails_without_a_request(conninfo: str) -> None:
    mailing = make_running_mailing(text="{{name}}!")
    long = make_message(mailing, make_client(attributes={"name": "n" * 2000}))
    fits = make_message(mailing, make_client(attributes={"name": "n" * 1999}))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert end_of(long) == ("failed", Why(Reason.TEXT_TOO_LONG))
    assert gateway.asked == [fits.id]


def test_the_values_are_those_at_the_claim(conninfo: str) -> None:
    client = make_client(attributes={"name": "Ann"})
    make_message(make_running_mailing(text="{{name}}"), client)

    async def change_at_first(request: Request) -> Response:
        if request.text == "Anna":
            return TAKEN
        await execute(conninfo, """UPDATE directory_client SET attributes = '{"name": "Anna"}'""")
        return Response(503, b"")

    async def until_sent(dispatcher: Dispatcher) -> None:
        while len(gateway.requests) < 2:
            await dispatcher.drain()

    gateway = ScriptedGateway(change_at_first)
    drain(conninfo, gateway, until_sent, retry_base_seconds=0.01)
    assert texts(gateway) == ["Ann", "Anna"]


def test_a_text_that_becomes_personal_waits_for_a_claim_with_the_values(conninfo: str) -> None:
    mailing = make_running_mailing(text="Hello")
    for _ in range(3):
        make_message(mailing, make_client(attributes={"name": "Ann"}))

    async def change_meanwhile(request: Request) -> Response:
        if request.text == "Hello":
            await execute(conninfo, "UPDATE mailings_mailing SET text = '{{name}}'")
            await gateway.next_sync()
        return TAKEN

    gateway = ScriptedGateway(change_meanwhile)
    drain(conninfo, gateway, max_concurrency=1)
    assert texts(gateway) == ["Hello", "Ann", "Ann"]


def test_a_message_that_cannot_be_sent_takes_no_permit_of_the_gateways_rate(conninfo: str) -> None:
    Gateway.objects.filter(name="main").update(max_requests_per_second=1)
    mailing = make_running_mailing(text="{{name}}")
    poison = [make_message(mailing) for _ in range(20)]
    good = make_message(make_running_mailing(text="Hello"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert gateway.asked == [good.id]
    assert {end_of(message) for message in poison} == {("failed", Why(Reason.NO_VALUE))}


def test_a_text_of_an_older_version_that_cannot_be_read_is_sent_as_it_is(conninfo: str) -> None:
    assert texts(send(conninfo, "{{a.b}} {{")) == ["{{a.b}} {{"]
