"""Placeholders are read and filled as documented, and what is wrong with a text is said with its position."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notification_service.directory.rules import NUMBER_LIMIT
from notification_service.mailings.personal_text import (
    MOST_PLACEHOLDERS,
    InvalidText,
    PersonalText,
    Placeholder,
    TextFault,
    read_text,
    values_of,
    written,
)

NAME = st.from_regex(r"[\w-]{1,10}", fullmatch=True).filter(str.isascii) | st.sampled_from(["имя", "заказ_1"])
LITERAL = st.text(max_size=20).filter(
    lambda text: "{{" not in text and not text.endswith(("{", "\\")) and text != ""
)
FALLBACK = st.none() | st.text(max_size=10).filter(
    lambda text: not any(sign in text for sign in "|}") and "{{" not in text
)
PLACEHOLDER = st.builds(Placeholder, NAME, FALLBACK)


def source_of(part: str | Placeholder) -> str:
    if isinstance(part, str):
        return part
    return f"{{{{{part.name}}}}}" if part.fallback is None else f"{{{{{part.name}|{part.fallback}}}}}"


def fault_of(text: str) -> tuple[TextFault, int]:
    with pytest.raises(InvalidText) as caught:
        read_text(text)
    return caught.value.fault, caught.value.position


@given(st.lists(st.tuples(LITERAL, PLACEHOLDER), max_size=20), LITERAL)
def test_a_text_is_read_into_the_parts_it_was_written_from(
    pairs: list[tuple[str, Placeholder]], end: str
) -> None:
    parts = [part for pair in pairs for part in pair] + [end]
    assert read_text("".join(map(source_of, parts))).parts == tuple(parts)


@given(st.text(max_size=200))
@example(r"\\{{a}}")
@example("{{{a}}}")
@example("{{a|}}}")
def test_any_text_is_read_or_refused_at_a_position_within_it(text: str) -> None:
    position = 1
    try:
        read_text(text)
    except InvalidText as error:
        position = error.position
    assert position in range(1, len(text) + 1) or not text


@given(st.text(max_size=200).filter(lambda text: "{{" not in text))
def test_a_text_without_placeholders_is_sent_as_it_is(text: str) -> None:
    assert read_text(text).render({}) == text


@given(value=st.text(min_size=1, max_size=50) | st.sampled_from(["{{other}}", r"\{{", "}}", "{{name}}"]))
def test_a_value_is_put_for_its_name_and_never_substituted_again(value: str) -> None:
    text = read_text("<{{name}}{{name|x}}>")
    assert text.render({"name": value, "other": "wrong"}) == f"<{value}{value}>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("Анна", "Анна", id="a text"),
        pytest.param('O"Neil\\', 'O"Neil\\', id="quotes"),
        pytest.param(1042, "1042", id="a whole number"),
        pytest.param(12.5, "12.5", id="a decimal number"),
        pytest.param(1e-7, "0.0000001", id="a small number"),
        pytest.param(float(NUMBER_LIMIT // 2), "4611686018427388000", id="a large number"),
        pytest.param(True, "true", id="true"),
        pytest.param(False, "false", id="false"),
        pytest.param(0, "0", id="zero"),
        pytest.param(None, None, id="null"),
        pytest.param("", None, id="an empty text"),
        pytest.param({"a": 1}, None, id="an object"),
        pytest.param([1], None, id="a list"),
    ],
)
def test_a_value_is_written_as_json_writes_it_without_quotes(value: Any, expected: str | None) -> None:
    assert written(value) == expected


@given(st.integers(-(10**15), 10**15) | st.booleans() | st.floats(-1e18, 1e18))
def test_a_written_number_is_read_by_json_as_the_same(value: float | bool) -> None:
    assert float(json.loads(written(value) or "")) == value


def test_a_fallback_stands_for_a_missing_value() -> None:
    text = read_text("Hello{{title|}} {{name|friend}}")
    assert text.render({}) == "Hello friend"
    assert text.render({"title": " Dr", "name": "Ann"}) == "Hello Dr Ann"


def test_a_text_with_a_missing_value_and_no_fallback_is_none() -> None:
    text = read_text("{{name}} {{order}} {{name|x}}")
    assert (text.render({"name": "Ann"}), text.missing({"name": "Ann", "order": ""})) == (None, ["order"])


def test_an_escaped_pair_of_braces_is_itself() -> None:
    assert read_text(r"\{{name}} {{name}}").render({"name": "Ann"}) == "{{name}} Ann"


def test_spaces_around_a_name_do_not_count() -> None:
    assert read_text("{{ name }}").parts == (Placeholder("name"),)


def test_the_phone_and_the_tag_are_the_clients_own_whatever_its_attributes() -> None:
    values = values_of({"phone": "wrong", "tag": "wrong", "name": "Ann"}, phone="79161234567", tag="vip")
    assert read_text("{{phone}} {{tag}} {{name}}").render(values) == "79161234567 vip Ann"


@pytest.mark.parametrize(
    ("text", "fault", "position"),
    [
        ("{{", TextFault.UNCLOSED, 1),
        ("Hello {{name}", TextFault.UNCLOSED, 7),
        ("{{a {{b}}", TextFault.UNCLOSED, 1),
        ("{{}}", TextFault.NO_NAME, 1),
        ("Hi {{ }}", TextFault.NO_NAME, 4),
        ("{{|x}}", TextFault.NO_NAME, 1),
        ("{{a|b|c}}", TextFault.TWO_FALLBACKS, 6),
        ("{{a||}}", TextFault.TWO_FALLBACKS, 5),
        ("{{a.b}}", TextFault.BAD_NAME, 4),
        ("{{a b}}", TextFault.BAD_NAME, 4),
        ("{{{a}}}", TextFault.BAD_NAME, 3),
        ("{{#if}}", TextFault.BAD_NAME, 3),
    ],
)
def test_wrong_syntax_is_refused_with_its_position(text: str, fault: TextFault, position: int) -> None:
    assert fault_of(text) == (fault, position)


def test_a_text_has_a_hundred_placeholders_at_most() -> None:
    assert len(read_text("{{a}}" * MOST_PLACEHOLDERS).placeholders) == MOST_PLACEHOLDERS
    assert fault_of("{{a}}" * (MOST_PLACEHOLDERS + 1)) == (TextFault.TOO_MANY, 5 * MOST_PLACEHOLDERS + 1)


def test_the_names_that_are_needed_are_those_without_a_fallback() -> None:
    assert read_text("{{a}}{{b|}}{{a|x}}{{c}}{{a}}").needed == ["a", "c"]


def test_a_text_without_names_needs_none() -> None:
    assert PersonalText(("Hello",)).needed == []
