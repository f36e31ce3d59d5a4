import json

import pytest

from notification_service.directory.strict_json import NotANumber, RepeatedKey, parse


def test_the_parser_reads_json() -> None:
    assert parse(' {"a": [1, -2.5e3, "x", null, true]} ') == {"a": [1, -2500.0, "x", None, True]}


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "1 2", '{"a": 1,}', "\ufeff{}"])
def test_the_parser_refuses_text_that_is_no_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        parse(text)


def test_the_parser_refuses_an_object_with_a_repeated_name() -> None:
    with pytest.raises(RepeatedKey) as refused:
        parse('[{"a": 1, "b": 2, "b": 2}]')
    assert refused.value.key == "b"


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_the_parser_refuses_nan_and_infinity(name: str) -> None:
    with pytest.raises(NotANumber) as refused:
        parse(f"[{name}]")
    assert refused.value.name == name


def test_the_parser_refuses_endless_numbers_and_nesting() -> None:
    with pytest.raises(ValueError, match="digits"):
        parse("1" * 5000)
    with pytest.raises(RecursionError):
        parse("[" * 100_000)
