"""What a client's values may be."""

from typing import Any

import pytest
from django.db import connection

from notification_service.directory import rules
from notification_service.directory.importing.staging import OPERATOR_CODE
from notification_service.directory.rules import AttributeFault, Unacceptable, check_attributes


@pytest.mark.parametrize("text", ["79161234567", "70000000000"])
def test_a_phone_is_a_7_and_ten_more_digits(text: str) -> None:
    assert rules.is_phone(text)


@pytest.mark.parametrize(
    "text", ["", "7916123456", "791612345678", "89161234567", "7916123456a", "79161234567\n", "7٩٩٩٩٩٩٩٩٩٩"]
)
def test_any_other_text_is_no_phone(text: str) -> None:
    assert not rules.is_phone(text)


@pytest.mark.parametrize(("text", "good"), [("916", True), ("91", False), ("9166", False), ("916\n", False)])
def test_an_operator_code_is_three_digits(text: str, *, good: bool) -> None:
    assert rules.is_operator_code(text) == good


@pytest.mark.django_db
def test_the_database_takes_the_operator_code_from_the_same_digits_as_python() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT substr('79161234567', %(code_from)s, %(code_length)s)", OPERATOR_CODE)
        assert cursor.fetchone() == (rules.operator_code_of("79161234567"),) == ("916",)


@pytest.mark.parametrize(
    ("text", "stored"), [("a\0b", "a\\0b"), ("\ud800", "\\ud800"), ("\udfff!", "\\udfff!")]
)
def test_characters_that_postgresql_cannot_store_are_escaped(text: str, stored: str) -> None:
    assert not rules.is_storable(text)
    assert rules.storable(text) == stored
    assert rules.is_storable(stored)


def test_any_other_text_is_stored_unchanged() -> None:
    assert rules.is_storable("Анна 😀\n\t\x01\U0010ffff")
    assert rules.storable("Анна 😀") == "Анна 😀"


def test_attributes_are_returned_as_json() -> None:
    assert check_attributes({"имя": "Анна", "n": 2**63, "x": 0.5, "y": None, "z": True}) == (
        '{"имя": "Анна", "n": 9223372036854775808, "x": 0.5, "y": null, "z": true}'
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], AttributeFault.NOT_AN_OBJECT),
        (dict.fromkeys(map(str, range(101))), AttributeFault.TOO_MANY_ENTRIES),
        ({"a": "я" * 8192}, AttributeFault.TOO_LARGE),
    ],
)
def test_attributes_that_are_too_many_or_no_object_are_refused(value: Any, reason: AttributeFault) -> None:
    with pytest.raises(Unacceptable) as refused:
        check_attributes(value)
    assert (refused.value.reason, refused.value.entries) == (reason, {})


def test_every_bad_attribute_is_named_with_its_reason() -> None:
    bad = {"a": [1], "b": 2**63 + 1, "c": float("nan"), "d": "\0", "e\ud800": 1, "good": 1}
    with pytest.raises(Unacceptable) as refused:
        check_attributes(bad)
    assert refused.value.reason == AttributeFault.BAD_ENTRIES
    assert refused.value.entries == {
        "a": AttributeFault.NOT_A_SCALAR,
        "b": AttributeFault.NUMBER_TOO_LARGE,
        "c": AttributeFault.NUMBER_TOO_LARGE,
        "d": AttributeFault.UNSTORABLE_TEXT,
        "e\ud800": AttributeFault.UNSTORABLE_TEXT,
    }
