"""Any value arrives as it is, wherever in a request it stands."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notification_service.delivery.gateways.http import Filled, show_request
from notification_service.mailings.gateways.http import read_config
from notification_service.mailings.gateways.http.secrets import secrets_of
from tests.mailings.gateways.http.configs import changed

FORM = "application/x-www-form-urlencoded"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=300)
phones = st.from_regex(r"7[0-9]{10}", fullmatch=True)
ids = st.integers(1, 2**63 - 1)
tokens = st.from_regex(r"[!-~]{1,40}", fullmatch=True)
NASTY = '"}, {{token}} %(id)s %s %% \\ \r\nX: y & a=b + %2B </script> 👍🏽 Ёжик'


def filled(config: dict[str, Any], *, token: str, message_id: int, phone: str, text: str) -> Any:
    return Filled(read_config(config), secrets_of(token)).of_message(message_id, phone, text)


@given(texts, phones, ids, tokens)
@example(NASTY, "79161234567", 7, "%(id)s:{{text}}")
def test_any_value_survives_a_json_body(text: str, phone: str, message_id: int, token: str) -> None:
    body = {"a": ["{{text}}", {"100 % {b}": "+{{phone}}: {{text}} 50 %"}], "n": "{{phone:number}}"}
    config = changed(body={**body, "i": "{{id:number}}", "t": "{{token}}", "l": "{{login}}|{{password}}"})
    _, _, sent = filled(config, token=token, message_id=message_id, phone=phone, text=text)
    login, _, password = token.partition(":")
    assert json.loads(sent) == {
        "a": [text, {"100 % {b}": f"+{phone}: {text} 50 %"}],
        "n": int(phone),
        "i": message_id,
        "t": token,
        "l": f"{login}|{password}",
    }


@given(texts, phones, ids, tokens)
@example(NASTY, "79161234567", 7, "%(id)s:{{text}}")
def test_any_value_survives_a_form(text: str, phone: str, message_id: int, token: str) -> None:
    body = {"to & from": "+{{phone}}", "text": "50 % {{text}}", "id": "{{id}}", "key": "{{token}}", "n": 1}
    config = changed(content_type=FORM, body=body)
    _, _, sent = filled(config, token=token, message_id=message_id, phone=phone, text=text)
    assert parse_qsl(sent.decode("ascii"), strict_parsing=True) == [
        ("to & from", f"+{phone}"),
        ("text", f"50 % {text}"),
        ("id", str(message_id)),
        ("key", token),
        ("n", "1"),
    ]


@given(texts, phones, ids, tokens)
@example(NASTY, "79161234567", 7, "%(id)s:{{text}}")
@example("../../admin?x=1#y", "79161234567", 7, "a/b")
def test_any_value_survives_a_url(text: str, phone: str, message_id: int, token: str) -> None:
    url = "https://sms.example/%20{{token}}/{{text}}?to=%2B{{phone}}&text={{text}}&id={{id}}&key={{token}}"
    target, _, _ = filled(changed(url=url), token=token, message_id=message_id, phone=phone, text=text)
    parts = urlsplit(f"https://sms.example{target}")
    assert target.isascii()
    assert target.isprintable()
    assert [unquote(part) for part in parts.path.split("/")] == ["", f" {token}", text]
    assert parse_qsl(parts.query, strict_parsing=True) == [
        ("to", f"+{phone}"),
        ("text", text),
        ("id", str(message_id)),
        ("key", token),
    ]


@given(texts, phones, ids, tokens)
@example(NASTY, "79161234567", 7, "%(id)s:{{text}}")
def test_any_value_survives_a_header(text: str, phone: str, message_id: int, token: str) -> None:
    config = changed(headers={"X-Text": "{{text}}", "X-Ref": "{{id}} for +{{phone}}", "X-Key": "{{token}}"})
    filled_in = Filled(read_config(config), secrets_of(token))
    _, sent, _ = filled_in.of_message(message_id, phone, text)
    lines = dict(line.split(": ", 1) for line in sent.decode("ascii").split("\r\n")[:-1])
    assert {name: unquote(value) for name, value in lines.items()} == {
        "X-Text": text,
        "X-Ref": f"{message_id} for +{phone}",
    }
    assert filled_in.same_headers["X-Key"] == token


@pytest.mark.parametrize("token", ["abc.DEF-123_456~==", "login:pa$$word/+"])
def test_a_token_is_in_a_header_as_it_is(token: str) -> None:
    config = changed(headers={"Authorization": "Bearer {{token}}"})
    assert Filled(read_config(config), secrets_of(token)).same_headers["Authorization"] == f"Bearer {token}"


def test_a_request_is_shown_without_its_secrets() -> None:
    headers = {"Authorization": "Basic {{basic_token}}", "X-Ref": "{{id}}"}
    body = {"login": "{{login}}", "psw": "{{password}}", "to": "{{phone}}", "text": "{{text}}"}
    config = changed(headers=headers, body=body, content_type=FORM, url="https://sms.example/{{token}}")
    shown = show_request(read_config(config), message_id=7, phone="7916***4567", text="Hello")
    assert shown == (
        "POST https://sms.example/***\n"
        "Authorization: Basic ***\n"
        "Content-Type: application/x-www-form-urlencoded\n"
        "X-Ref: 7\n"
        "\n"
        "login=***&psw=***&to=7916***4567&text=Hello"
    )
