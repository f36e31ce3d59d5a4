import pytest

from notification_service.gateway_simulator.contract import (
    ContractError,
    RequestedMessage,
    parse_message,
    parse_msg_id,
)

HIGHEST = 2**63 - 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 7, "phone": 79161234567, "text": "Good day"}',
        b' {"text":"Good day","phone":79161234567,"id":7}\n',
        b'{"id": 7, "phone": 79161234567, "text": "G\\u006fod day"}',
    ],
)
def test_a_body_of_the_contract_is_accepted(body: bytes) -> None:
    assert parse_message(body, msg_id=7) == RequestedMessage(7, 79161234567, "Good day")


@pytest.mark.parametrize("text", ["", "Добрый день", "👍🏽", "</script>", "\u2028", "x" * 100_000])
def test_any_text_of_unicode_characters_is_accepted(text: str) -> None:
    body = f'{{"id": 7, "phone": 1, "text": "{text}"}}'.encode()
    assert parse_message(body, msg_id=7).text == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"id"',
        b"{}",
        b'{"id": 7, "phone": 1}',
        b'{"id": 7, "text": "x"}',
        b'{"phone": 1, "text": "x"}',
        b'{"id": 7, "phone": 1, "text": "x", "more": 1}',
        b'{"id": 8, "phone": 1, "text": "x"}',
        b'{"id": "7", "phone": 1, "text": "x"}',
        b'{"id": 7.0, "phone": 1, "text": "x"}',
        b'{"id": 7e0, "phone": 1, "text": "x"}',
        b'{"id": null, "phone": 1, "text": "x"}',
        b'{"id": 7, "phone": "79161234567", "text": "x"}',
        b'{"id": 7, "phone": 79161234567.0, "text": "x"}',
        b'{"id": 7, "phone": 7.9161234567e10, "text": "x"}',
        b'{"id": 7, "phone": true, "text": "x"}',
        b'{"id": 7, "phone": false, "text": "x"}',
        b'{"id": 7, "phone": null, "text": "x"}',
        b'{"id": 7, "phone": [1], "text": "x"}',
        b'{"id": 7, "phone": NaN, "text": "x"}',
        b'{"id": 7, "phone": -Infinity, "text": "x"}',
        b'{"id": 7, "phone": +7, "text": "x"}',
        b'{"id": 7, "phone": 007, "text": "x"}',
        b'{"id": 7, "phone": 0x7, "text": "x"}',
        b'{"id": 7, "phone": 7_916, "text": "x"}',
        b'{"id": 7, "phone": %d, "text": "x"}' % 10**19,
        b'{"id": 7, "phone": %d, "text": "x"}' % (HIGHEST + 1),
        b'{"id": 7, "phone": ' + b"9" * 10_000 + b', "text": "x"}',
        '{"id": 7, "phone": ٧٩١٦, "text": "x"}'.encode(),
        '{"id": ７, "phone": 1, "text": "x"}'.encode(),
        b'{"id": 7, "phone": 1, "text": null}',
        b'{"id": 7, "phone": 1, "text": 5}',
        b'{"id": 7, "phone": 1, "text": ["x"]}',
        b'{"id": 7, "phone": 1, "text": "a\\u0000b"}',
        b'{"id": 7, "phone": 1, "text": "a\x00b"}',
        b'{"id": 7, "phone": 1, "text": "a\nb"}',
        b'{"id": 7, "phone": 1, "text": "\\ud83d"}',
        b'{"id": 7, "phone": 1, "text": "\\udc4d\\ud83d"}',
        b'{"id": 7, "phone": 1, "text": "\xed\xa0\xbd"}',
        b'{"id": 7, "phone": 1, "text": "\xff"}',
        '{"id": 7, "phone": 1, "text": "день"}'.encode("cp1251"),
        '{"id": 7, "phone": 1, "text": "x"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"id": 7, "phone": 1, "text": "x"}',
        b'{"id": 7, "id": 7, "phone": 1, "text": "x"}',
        b'{"id": 8, "id": 7, "phone": 1, "text": "x"}',
        b'{"id": 7, "phone": 1, "text": "x",}',
        b'{"id": 7, "phone": 1, "text": "x"} trailing',
        b'{"id": 7, "phone": 1, "text": "x"',
        b"{'id': 7, 'phone': 1, 'text': 'x'}",
        b"[" * 100_000,
        b"id=7&phone=1&text=x",
    ],
)
def test_every_other_body_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError, match=r"\w"):
        parse_message(body, msg_id=7)


@pytest.mark.parametrize(
    ("segment", "msg_id"), [(b"0", 0), (b"7", 7), (b"-7", -7), (b"%d" % HIGHEST, HIGHEST)]
)
def test_an_id_in_the_path_is_read(segment: bytes, msg_id: int) -> None:
    assert parse_msg_id(segment) == msg_id


@pytest.mark.parametrize(
    "segment",
    [
        b"",
        b"x",
        b"007",
        b"+7",
        b"7.0",
        b" 7",
        b"7 ",
        b"7\n",
        b"1_0",
        b"-",
        b"-0",
        b"%37",
        b"%d" % (HIGHEST + 1),
        b"9" * 5000,
        "٧".encode(),
    ],
)
def test_every_other_spelling_of_an_id_in_the_path_is_refused(segment: bytes) -> None:
    assert parse_msg_id(segment) is None
