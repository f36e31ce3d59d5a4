"""The form API's requests as a strict reader sees them, and its own table of errors."""

import asyncio
import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notification_service.delivery.gateways import GatewaySettings
from notification_service.delivery.gateways.form_sms import FormSmsGateway, judge
from notification_service.delivery.outcome import (
    ACCEPTED,
    MAX_RESPONSE_BYTES,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)
from notification_service.gateway_simulator.contract import Message
from notification_service.gateway_simulator.form_contract import Form, parse_form
from tests.delivery.gateways.wire import answer_of, http, read_request

URL = "http://127.0.0.1:1/sms/send"


def body(*, token: str = "someone:secret", message_id: int = 7, text: str = "Hello") -> bytes:
    return FormSmsGateway(GatewaySettings(URL, token))._body(message_id, "79161234567", text)


def test_form_sms_sends_a_posted_form() -> None:
    requests = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(http(b'{"id": 7, "cnt": 1}'))
        await writer.drain()

    answer = answer_of("form_sms", behave, text="Скидка 5 % & подарок")
    assert answer == Response(200, b'{"id": 7, "cnt": 1}')
    [(head, form)] = requests
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded\r\n" in head.lower()
    assert dict(parse_qsl(form.decode("ascii"), strict_parsing=True)) == {
        "login": "someone",
        "psw": "secret",
        "phones": "79161234567",
        "mes": "Скидка 5 % & подарок",
        "id": "7",
        "fmt": "3",
        "charset": "utf-8",
    }


@pytest.mark.parametrize(
    ("token", "credentials"),
    [
        ("someone:secret", {"login": "someone", "psw": "secret"}),
        ("someone:a:b&c=d", {"login": "someone", "psw": "a:b&c=d"}),
        ("a+key/of==", {"apikey": "a+key/of=="}),
    ],
)
def test_a_token_holds_a_login_with_a_password_or_an_api_key(token: str, credentials: dict[str, str]) -> None:
    fields = dict(parse_qsl(body(token=token).decode("ascii")))
    assert {name: fields[name] for name in fields if name in ("login", "psw", "apikey")} == credentials


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=2000)


@given(texts, st.integers(0, 2**63 - 1))
@example("Привет, Ёжик & Ко: 100% + «скидка» = 50;", 1)
@example("👍🏽 семья 👨‍👩‍👧", 2)
@example("a=b&mes=other&psw=+%2B%26", 3)
@example("строка\r\nвторая\tтретья", 4)
@example("ы" * 2000, 2**63 - 1)
def test_any_text_survives_the_encoding_of_the_form(text: str, message_id: int) -> None:
    form = parse_form(body(message_id=message_id, text=text))
    assert form == Form("someone:secret", Message(message_id, 79161234567, text))


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (1, Refused("parameters wrong")),
        (2, NotLetIn("login, password or key wrong")),
        (3, NotLetIn("the account is empty")),
        (4, NotLetIn("our address is blocked")),
        (5, Refused("date wrong")),
        (6, Refused("message forbidden")),
        (7, Refused("phone number wrong")),
        (8, Refused("number cannot be delivered to")),
        (9, TryAgain("too many equal requests", wait_seconds=60)),
        (0, TryAgain("unknown error code")),
        (10, TryAgain("unknown error code")),
        (-1, TryAgain("unknown error code")),
        (10**30, TryAgain("unknown error code")),
        (None, TryAgain("unknown error code")),
        ("2", TryAgain("unknown error code")),
        (True, TryAgain("unknown error code")),
        ([2], TryAgain("unknown error code")),
    ],
)
def test_each_documented_error_code_has_its_verdict(code: object, verdict: Verdict) -> None:
    assert judge(Response(200, json.dumps({"error": "no", "error_code": code}).encode())) == verdict


def test_an_error_with_a_message_id_is_still_an_error() -> None:
    assert judge(Response(200, b'{"error": "no", "error_code": 8, "id": 7, "cnt": 1}')) == Refused(
        "number cannot be delivered to"
    )


@pytest.mark.parametrize("answer", [b'{"id": 7, "cnt": 1}', b'{"id": "7", "cnt": 14, "cost": "2.5"}'])
def test_an_id_and_a_count_are_a_success(answer: bytes) -> None:
    assert judge(Response(200, answer)) is ACCEPTED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "answer is not JSON"),
        (b"OK - 1 SMS, ID - 7", "answer is not JSON"),
        (b"[" * 60_000, "answer is not JSON"),
        (b"null", "answer has neither id nor error"),
        (b"[1]", "answer has neither id nor error"),
        (b"{}", "answer has neither id nor error"),
        (b'{"code": 0}', "answer has neither id nor error"),
        (b'{"id": 7}', "answer has neither id nor error"),
        (b'{"cnt": 1}', "answer has neither id nor error"),
        (b'{"id": 7, "cnt": 0}', "answer has neither id nor error"),
        (b'{"id": 7, "cnt": true}', "answer has neither id nor error"),
        (b'{"id": null, "cnt": 1}', "answer has neither id nor error"),
        (b'{"id": true, "cnt": 1}', "answer has neither id nor error"),
        (b'{"error": "no"}', "unknown error code"),
        (b'{"id": 7, "cnt": 1}'.ljust(MAX_RESPONSE_BYTES + 1), "answer over 64 KiB"),
    ],
)
def test_an_undocumented_response_is_tried_again_and_is_no_trouble(answer: bytes, reason: str) -> None:
    assert judge(Response(200, answer)) == TryAgain(reason)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, NotLetIn("HTTP 401")),
        (413, Refused("HTTP 413")),
        (429, TryAgain("HTTP 429", is_trouble=True)),
        (302, TryAgain("HTTP 302")),
        (503, TryAgain("HTTP 503", is_trouble=True)),
    ],
)
def test_an_http_status_has_the_same_verdict_as_at_other_kinds(status: int, verdict: Verdict) -> None:
    assert judge(Response(status, b'{"id": 7, "cnt": 1}')) == verdict


@given(st.integers(100, 999), st.binary(max_size=200) | st.from_regex(rb'\{"(id|error_code|cnt)": .{0,9}\}'))
def test_every_response_has_a_verdict(status: int, answer: bytes) -> None:
    assert isinstance(judge(Response(status, answer)), Verdict)
