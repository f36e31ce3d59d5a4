r"""Texts with placeholders, `{{name}}` or `{{name|fallback}}`, for the values of each client. Pure.

Plain substitution: no logic, and what a value contains is never looked at again. `\{{` stands for `{{`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from notification_service.directory.rules import visible

TEXT_LENGTH = 2000  # characters, of a mailing's text and of what a client gets
MOST_PLACEHOLDERS = 100
OPENING = "{{"
PHONE, TAG = OF_EVERY_CLIENT = (
    "phone",
    "tag",
)  # names that are not attributes, whatever attributes there are

_OPENINGS = re.compile(r"\\?\{\{")
_FOREIGN = re.compile(r"[^\w-]")  # what no name has


class TextFault(StrEnum):
    sentence: str

    def __new__(cls, code: str, sentence: str) -> "TextFault":
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    UNCLOSED = "unclosed", r"the placeholder is not closed by }}. Write \{{ for the two braces themselves."
    NO_NAME = "no_name", "the placeholder has no name."
    BAD_NAME = "bad_name", "a name has only letters, digits, _ and -."
    TWO_FALLBACKS = "two_fallbacks", "a placeholder has no more than one fallback, after one |."
    TOO_MANY = "too_many", f"a text has no more than {MOST_PLACEHOLDERS} placeholders."


class InvalidText(ValueError):  # noqa: N818
    """`position` is that of the character where it goes wrong; the first one is 1."""

    def __init__(self, fault: TextFault, position: int) -> None:
        super().__init__(f"Character {position}: {fault.sentence}")
        self.fault = fault
        self.position = position


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class PersonalText:
    """`parts` are texts, as they are sent, and placeholders between them."""

    parts: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> list[Placeholder]:
        return [part for part in self.parts if isinstance(part, Placeholder)]

    @property
    def needed(self) -> list[str]:
        """Return the names without which there is no text, each once."""
        return list(dict.fromkeys(each.name for each in self.placeholders if each.fallback is None))

    def missing(self, values: Mapping[str, Any]) -> list[str]:
        """Return those of the needed names that have no value."""
        return [name for name in self.needed if written(values.get(name)) is None]

    def render(self, values: Mapping[str, Any]) -> str | None:
        """Return the text with a client's values; None if a value is missing and has no fallback."""
        made = []
        for part in self.parts:  # for each message: a loop, and no function for what is text already
            if isinstance(part, str):
                made.append(part)
                continue
            value = values.get(part.name)
            text = value if isinstance(value, str) and value else _value_or_fallback(value, part)
            if text is None:
                return None
            made.append(text)
        return "".join(made)


def is_name(text: str) -> bool:
    """Return whether a placeholder can have this name."""
    return bool(text) and _FOREIGN.search(text) is None


def is_personal(text: str) -> bool:
    """Return whether it has to be read before it is sent; the engine's statements ask the same."""
    return OPENING in text


def read_text(text: str) -> PersonalText:
    """Raises InvalidText."""
    parts: list[str | Placeholder] = []
    literal, at, placeholders = "", 0, 0
    while opening := _OPENINGS.search(text, at):
        literal += text[at : opening.start()]
        if opening[0] != OPENING:  # escaped
            literal, at = literal + OPENING, opening.end()
            continue
        placeholders += 1
        if placeholders > MOST_PLACEHOLDERS:
            raise InvalidText(TextFault.TOO_MANY, opening.start() + 1)
        placeholder, at = _read_placeholder(text, opening.end())
        parts += [*filter(None, [literal]), placeholder]
        literal = ""
    return PersonalText((*parts, *filter(None, [literal + text[at:]])))


def as_it_is(text: str) -> PersonalText:
    """Return it without placeholders: a version that knew none may have kept anything."""
    return PersonalText((text,))


def values_of(attributes: Mapping[str, Any], *, phone: str, tag: str) -> dict[str, Any]:
    """Return what the names mean for a client."""
    return {**attributes, PHONE: phone, TAG: tag}


def written(value: Any) -> str | None:
    """Return a value as JSON writes it, without quotes; None for what counts as missing."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value or None
        case int():
            return str(value)
        case float():
            return format(Decimal(repr(value)), "f")  # as PostgreSQL writes it: without an exponent
        case _:
            return None


def _value_or_fallback(value: Any, placeholder: Placeholder) -> str | None:
    text = written(value)
    return placeholder.fallback if text is None else text


def _read_placeholder(text: str, start: int) -> tuple[Placeholder, int]:
    """Return the one whose name begins at `start`, and where the text goes on."""
    end = text.find("}}", start)
    inner = text[start:end]
    if end < 0 or OPENING in inner:
        raise InvalidText(TextFault.UNCLOSED, start - 1)
    name, bar, fallback = inner.partition("|")
    if not name.strip():
        raise InvalidText(TextFault.NO_NAME, start - 1)
    if foreign := _FOREIGN.search(visible(name.strip())):
        place = max(0, inner.find(foreign[0]))  # it may have been composed of two
        raise InvalidText(TextFault.BAD_NAME, start + place + 1)
    if "|" in fallback:
        raise InvalidText(TextFault.TWO_FALLBACKS, start + len(name) + fallback.index("|") + 2)
    return Placeholder(visible(name.strip()), fallback if bar else None), end + 2
