import pytest

from notification_service.gateway_simulator.contract import RequestedMessage
from notification_service.gateway_simulator.form_contract import Form, FormError, parse_form
from tests.gateway_simulator.running import PHONE, form_body

GOOD = b"apikey=key&phones=79161234567&mes=x&id=7&fmt=3&charset=utf-8"


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (GOOD, "key"),
        (GOOD.replace(b"apikey=key", b"login=someone&psw=secret"), "someone:secret"),
        (b"charset=utf%2D8&fmt=3&id=7&mes=%78&phones=7916123%34567&apikey=key", "key"),
    ],
)
def test_a_form_of_the_contract_is_accepted(body: bytes, token: str) -> None:
    assert parse_form(body) == Form(token, RequestedMessage(7, PHONE, "x"))


@pytest.mark.parametrize("text", ["Добрый день", "a&b=c+d%20e", "👍🏽", "две\r\nстроки", " ", "x" * 10_000])
def test_any_text_of_unicode_characters_is_accepted_in_a_form(text: str) -> None:
    assert parse_form(form_body(7, text=text)).message.text == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"&",
        GOOD + b"&",
        GOOD + b"&more=1",
        GOOD + b"&mes=y",
        GOOD + b"&login=someone&psw=secret",
        GOOD.replace(b"apikey=key&", b""),
        GOOD.replace(b"apikey=key", b"login=someone"),
        GOOD.replace(b"&mes=x", b""),
        GOOD.replace(b"mes=x", b"mes="),
        GOOD.replace(b"mes=x", b"mes=%00"),
        GOOD.replace(b"mes=x", b"mes=%"),
        GOOD.replace(b"mes=x", b"mes=%4"),
        GOOD.replace(b"mes=x", b"mes=%zz"),
        GOOD.replace(b"mes=x", b"mes=%FF"),
        GOOD.replace(b"mes=x", b"mes=a b"),
        GOOD.replace(b"mes=x", b"mes=\xd0\xb4"),
        GOOD.replace(b"mes=x", b"mes"),
        GOOD.replace(b"fmt=3", b"fmt=1"),
        GOOD.replace(b"utf-8", b"windows-1251"),
        GOOD.replace(b"id=7", b"id=07"),
        GOOD.replace(b"id=7", b"id=seven"),
        GOOD.replace(b"id=7", b"id=%D9%A7"),
        GOOD.replace(b"id=7", b"id=9223372036854775808"),
    ],
)
def test_a_broken_form_is_refused(body: bytes) -> None:
    with pytest.raises(FormError) as broken:
        parse_form(body)
    assert broken.value.code == 1


@pytest.mark.parametrize(
    "phone",
    [b"", b"0", b"%2B79161234567", b"7916123456x", b"79161234567%2C79161234568", b"9" * 16, b"007916123"],
)
def test_a_wrong_phone_has_its_own_error_code(phone: bytes) -> None:
    with pytest.raises(FormError) as broken:
        parse_form(GOOD.replace(b"79161234567", phone))
    assert broken.value.code == 7
