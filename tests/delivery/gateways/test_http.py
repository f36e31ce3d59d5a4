"""A gateway of kind `http`: its requests on the wire, and what answers mean by its rules."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.gateways import Concealer, GatewaySettings, make_gateway
from notification_service.delivery.gateways.http import HttpGateway
from notification_service.delivery.gateways.http_responses import ResponseRules
from notification_service.delivery.outcome import (
    ACCEPTED,
    MAX_RESPONSE_BYTES,
    NoResponse,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)
from notification_service.mailings.gateways import GatewayFault, GatewayUnusable
from notification_service.mailings.gateways.http import read_config
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import http
from tests.mailings.gateways.http.configs import changed
from tests.reasons import http_status

TOKEN = "someone:secret"


def judged(status: int, body: bytes, **changes: Any) -> Verdict:
    return ResponseRules(read_config(changed(**changes))).judge(Response(status, body))


def head_of_request(**changes: Any) -> tuple[bytes, bytes]:
    """What a server receives of one message."""
    received = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
        received.append((head, await reader.readexactly(int(length[0].split(b":")[1])) if length else b""))
        writer.write(http(b"{}"))
        await writer.drain()
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            config = changed(**changes)
            config["url"] = config["url"].replace("https://sms.example", origin)
            made = make_gateway("http", GatewaySettings(origin, TOKEN, config=config))
            try:
                assert isinstance(await made.send(message_id=7, phone="79161234567", text="Hi"), Response)
            finally:
                await made.close()

    asyncio.run(run())
    return received[0]


def test_a_request_is_as_the_settings_describe_it() -> None:
    headers = {"X-Key": "{{token}}", "Accept": "application/json", "X-Ref": "{{id}}"}
    head, body = head_of_request(headers=headers)
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /send?to=79161234567 HTTP/1.1"
    assert {"X-Key: someone:secret", "Accept: application/json", "X-Ref: 7"} <= set(lines)
    assert [line for line in lines if line.lower().startswith("accept:")] == ["Accept: application/json"]
    assert "Content-Type: application/json" in lines
    assert body == b'{"to": "79161234567", "text": "Hi", "ref": "7", "from": "SHOP"}'


def test_a_get_has_neither_a_body_nor_its_length() -> None:
    url = "https://sms.example/?key={{token}}&to={{phone}}&text={{text}}"
    head, body = head_of_request(method="GET", url=url, body=..., content_type=...)
    assert head.startswith(b"GET /?key=someone%3Asecret&to=79161234567&text=Hi HTTP/1.1\r\n")
    assert b"content-length" not in head.lower()
    assert b"content-type" not in head.lower()
    assert body == b""


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"status": "ok"}', ACCEPTED),
        (202, b'{"status": "queued", "message": {"id": "x"}}', ACCEPTED),
        (200, b'{"status": "ok", "error": {"code": "blocked"}}', ACCEPTED),
        (200, b'{"error": {"code": "blocked"}}', Refused(Why(Reason.GATEWAY_ANSWERED, text="blocked"))),
        (400, b"", Refused(http_status(400))),
        (422, b"<html>", Refused(http_status(422))),
        (401, b'{"status": "ok"}', NotLetIn(http_status(401))),
        (200, b'{"status": "no"}', TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
        (200, b"[]", TryAgain(Why(Reason.RESPONSE_UNMATCHED))),
        (200, b"<html>", TryAgain(Why(Reason.RESPONSE_NOT_JSON))),
        (200, b'{"status": "ok"}'.ljust(MAX_RESPONSE_BYTES + 1), TryAgain(Why(Reason.RESPONSE_TOO_LONG))),
        (404, b"", TryAgain(http_status(404))),
        (302, b'{"status": "ok"}', TryAgain(http_status(302))),
        (429, b"", TryAgain(http_status(429), is_trouble=True)),
        (503, b'{"status": "ok"}', TryAgain(http_status(503), is_trouble=True)),
    ],
)
def test_the_first_rule_that_matches_gives_the_verdict(status: int, body: bytes, verdict: Verdict) -> None:
    assert judged(status, body) == verdict


def test_a_rule_about_the_status_alone_takes_any_body() -> None:
    rules = [{"status": [201]}]
    assert judged(201, b"<html>", accepted=rules) is ACCEPTED
    assert judged(201, b"x" * (MAX_RESPONSE_BYTES + 1), accepted=rules) is ACCEPTED


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 60_000, b"x" * (MAX_RESPONSE_BYTES + 1)])
def test_an_answer_that_is_not_json_lacks_nothing_that_a_rule_asks_to_be_absent(body: bytes) -> None:
    assert judged(200, body, accepted=[{"body": {"/error": "none"}}], refused=...) is not ACCEPTED


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"7", Why(Reason.GATEWAY_CODE, 7)),
        (b"21211", Why(Reason.GATEWAY_ANSWERED, text="21211")),
        (b'"7"', Why(Reason.GATEWAY_ANSWERED, text="7")),
        (b"true", http_status(200)),
        (b"null", http_status(200)),
    ],
)
def test_a_refusal_names_the_code_that_its_rule_lists(value: bytes, why: Why) -> None:
    rules = [{"status": [200], "body": {"/code": [7, 21211, "7", True, None]}}]
    assert judged(200, b'{"code": %s}' % value, refused=rules) == Refused(why)


def test_a_refusal_repeats_nothing_that_its_rule_does_not_list() -> None:
    rules = [{"status": [200], "body": {"/error": "any"}}]
    assert judged(200, b'{"error": "79161234567"}', refused=rules) == Refused(http_status(200))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"message": {"id": "a-1"}}', "a-1"),
        (b'{"message": {"id": 17}}', "17"),
        (b'{"message": {"id": true}}', ""),
        (b'{"message": {}}', ""),
        (b'{"message": {"id": {"x": 1}}}', ""),
        (b"nothing", ""),
    ],
)
def test_the_provider_s_own_id_is_read_where_the_settings_say(body: bytes, found: str) -> None:
    assert ResponseRules(read_config(changed())).provider_id(Response(200, body)) == found


@given(st.integers(100, 999), st.binary(max_size=200) | st.from_regex(rb'\{"(status|error)": .{0,9}\}'))
def test_every_response_has_a_verdict(status: int, body: bytes) -> None:
    assert isinstance(judged(status, body), Verdict)


@pytest.mark.parametrize(
    ("token", "fault"), [("", GatewayFault.TOKEN_MISSING), ("key", GatewayFault.TOKEN_NOT_LOGIN)]
)
def test_a_token_that_does_not_fit_the_settings_is_an_error_at_once(token: str, fault: GatewayFault) -> None:
    config = changed(headers={"X-Key": "{{password}}"})
    with pytest.raises(GatewayUnusable) as raised:
        HttpGateway(GatewaySettings("https://sms.example", token, config=config))
    assert raised.value.problem is fault


@pytest.mark.parametrize(
    "quoted",
    [
        "key someone:secret",
        "Basic c29tZW9uZTpzZWNyZXQ=",
        "?psw=secret&login=someone",
        "someone%3Asecret",
    ],
)
def test_a_token_that_an_answer_quotes_is_concealed(quoted: str) -> None:
    answer = Concealer(TOKEN).conceal(Response(400, f"no: {quoted}, no".encode()))
    assert b"secret" not in answer.body
    assert b"c29tZW9" not in answer.body
    assert answer.body.startswith(b"no: ")


@pytest.mark.parametrize("token", ["", "key"])
def test_other_answers_are_kept_as_they_came(token: str) -> None:
    answer, nothing = (
        Response(200, b'{"code": 0}'),
        NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True),
    )
    assert Concealer(token).conceal(answer) == answer
    assert Concealer(token).conceal(nothing) == nothing
