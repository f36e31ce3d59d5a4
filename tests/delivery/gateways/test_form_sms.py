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
from notification_service.gateway_simulator.contract import RequestedMessage
from notification_service.gateway_simulator.form_contract import Form, parse_form
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import answer_of, http, read_request
from tests.reasons import http_status

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
    assert form == Form("someone:secret", RequestedMessage(message_id, 79161234567, text))


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (1, Refused(Why(Reason.PARAMETERS_WRONG))),
        (2, NotLetIn(Why(Reason.CREDENTIALS_WRONG))),
        (3, NotLetIn(Why(Reason.ACCOUNT_EMPTY))),
        (4, NotLetIn(Why(Reason.ADDRESS_BLOCKED))),
        (5, Refused(Why(Reason.DATE_WRONG))),
        (6, Refused(Why(Reason.TEXT_FORBIDDEN))),
        (7, Refused(Why(Reason.PHONE_WRONG))),
        (8, Refused(Why(Reason.PHONE_UNREACHABLE))),
        (9, TryAgain(Why(Reason.TOO_MANY_EQUAL), wait_seconds=60)),
        (0, TryAgain(Why(Reason.GATEWAY_CODE, 0))),
        (10, TryAgain(Why(Reason.GATEWAY_CODE, 10))),
        (-1, TryAgain(Why(Reason.UNKNOWN_CODE))),
        (10**30, TryAgain(Why(Reason.UNKNOWN_CODE))),
        (None, TryAgain(Why(Reason.UNKNOWN_CODE))),
        ("2", TryAgain(Why(Reason.UNKNOWN_CODE))),
        (True, TryAgain(Why(Reason.UNKNOWN_CODE))),
        ([2], TryAgain(Why(Reason.UNKNOWN_CODE))),
    ],
)
def test_each_documented_error_code_has_its_verdict(code: object, verdict: Verdict) -> None:
    assert judge(Response(200, json.dumps({"error": "no", "error_code": code}).encode())) == verdict


def test_an_error_with_a_message_id_is_still_an_error() -> None:
    assert judge(Response(200, b'{"error": "no", "error_code": 8, "id": 7, "cnt": 1}')) == Refused(
        Why(Reason.PHONE_UNREACHABLE)
    )


@pytest.mark.parametrize("answer", [b'{"id": 7, "cnt": 1}', b'{"id": "7", "cnt": 14, "cost": "2.5"}'])
def test_an_id_and_a_count_are_a_success(answer: bytes) -> None:
    assert judge(Response(200, answer)) is ACCEPTED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", Why(Reason.RESPONSE_NOT_JSON)),
        (b"OK - 1 SMS, ID - 7", Why(Reason.RESPONSE_NOT_JSON)),
        (b"[" * 60_000, Why(Reason.RESPONSE_NOT_JSON)),
        (b"null", Why(Reason.RESPONSE_INCOMPLETE)),
        (b"[1]", Why(Reason.RESPONSE_INCOMPLETE)),
        (b"{}", Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"code": 0}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"id": 7}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"cnt": 1}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"id": 7, "cnt": 0}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"id": 7, "cnt": true}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"id": null, "cnt": 1}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"id": true, "cnt": 1}', Why(Reason.RESPONSE_INCOMPLETE)),
        (b'{"error": "no"}', Why(Reason.UNKNOWN_CODE)),
        (b'{"id": 7, "cnt": 1}'.ljust(MAX_RESPONSE_BYTES + 1), Why(Reason.RESPONSE_TOO_LONG)),
    ],
)
def test_an_undocumented_response_is_tried_again_and_is_no_trouble(answer: bytes, reason: Why) -> None:
    assert judge(Response(200, answer)) == TryAgain(reason)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, NotLetIn(http_status(401))),
        (413, Refused(http_status(413))),
        (429, TryAgain(http_status(429), is_trouble=True)),
        (302, TryAgain(http_status(302))),
        (503, TryAgain(http_status(503), is_trouble=True)),
    ],
)
def test_an_http_status_has_the_same_verdict_as_at_other_kinds(status: int, verdict: Verdict) -> None:
    assert judge(Response(status, b'{"id": 7, "cnt": 1}')) == verdict


@given(st.integers(100, 999), st.binary(max_size=200) | st.from_regex(rb'\{"(id|error_code|cnt)": .{0,9}\}'))
def test_every_response_has_a_verdict(status: int, answer: bytes) -> None:
    assert isinstance(judge(Response(status, answer)), Verdict)
