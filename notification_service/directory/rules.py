"""What a client's values may be, said once; pure.

The API's fields, the console's form, the file import and the database each enforce it in their own way and
their own words: they ask here what is acceptable.
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

PHONE_PATTERN = "^7[0-9]{10}$"
OPERATOR_CODE_PATTERN = "^[0-9]{3}$"
OPERATOR_CODE_DIGITS = slice(1, 4)  # of the phone
TAG_LENGTH = 255
ZONE_LENGTH = 64

# What people, pages and spreadsheets write between a phone's digits: punctuation, spaces, dashes.
BETWEEN_DIGITS = "()-+./ \u00a0\u2007\u2009\u202f" + "".join(map(chr, (*range(0x2010, 0x2016), 0x2212)))

_NOTHING_BETWEEN_DIGITS = str.maketrans("", "", BETWEEN_DIGITS)

MOST_ATTRIBUTES = 100
ATTRIBUTES_BYTES = 16 * 1024  # as JSON
NUMBER_LIMIT = 2**63

# Text that PostgreSQL can store, for JSON Schema, which cannot speak of lone surrogates.
STORABLE_PATTERN = "^[^\\u0000]*$"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# What nobody sees, and is copied along: soft hyphens, zero-width characters, marks of direction.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# Between two letters of scripts past Cyrillic, and between emoji, these two say how they join.
_JOINED = "[\u0530-\u200b\u200e-\U0010ffff]"
USELESS_JOINER = re.compile(f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")

UNUSUAL_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# Names of the system's zone folder that are no places: "localtime" is whatever the machine is set to.
PSEUDO_ZONES = {"localtime", "posixrules", "Factory"}
PSEUDO_FOLDERS = ("posix/", "right/")


class Reason(StrEnum):
    """Why attributes are not acceptable."""

    NOT_AN_OBJECT = "not_an_object"
    TOO_MANY_ENTRIES = "too_many_entries"
    TOO_LARGE = "too_large"
    BAD_ENTRIES = "bad_entries"
    # of one entry
    NOT_A_SCALAR = "not_a_scalar"
    NUMBER_TOO_LARGE = "number_too_large"
    UNSTORABLE_TEXT = "unstorable_text"
    SAME_NAME = "same_name"  # as another's, but for what cannot be seen


class Unacceptable(ValueError):  # noqa: N818
    """`entries` are the reasons of each bad entry, where the reason is BAD_ENTRIES."""

    def __init__(self, reason: Reason, *, entries: Mapping[str, Reason] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.entries = dict(entries or {})


def whole(pattern: str) -> re.Pattern[str]:
    """For `fullmatch`: `$` alone lets a newline follow."""
    return re.compile(pattern.removeprefix("^").removesuffix("$"))


PHONE = whole(PHONE_PATTERN)
OPERATOR_CODE = whole(OPERATOR_CODE_PATTERN)


def matches(pattern: str, text: str) -> bool:
    return whole(pattern).fullmatch(text) is not None


def composed(text: str) -> str:
    """In Unicode's form NFC: й is one character, whichever keyboard wrote it."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Composed, and without what nobody can see: what looks alike is alike."""
    if text.isascii():
        return text
    return composed(USELESS_JOINER.sub("", INVISIBLE.sub("", composed(text))))


def tag_of(text: str) -> str:
    """Visible, without space around it, and with the usual spaces and ends of lines alone."""
    return UNUSUAL_SPACE.sub(" ", visible(text)).replace("\r\n", "\n").replace("\r", "\n").strip()


def typed_phone(text: str) -> str:
    """The phone that a person wrote or copied, in any of the usual ways; whether it is one is not said."""
    digits = visible(text).translate(_NOTHING_BETWEEN_DIGITS)
    digits = "".join(digits.split())
    return f"7{digits[1:]}" if len(digits) == 11 and digits.startswith("8") else digits


def is_phone(text: str) -> bool:
    return PHONE.fullmatch(text) is not None


def is_operator_code(text: str) -> bool:
    return OPERATOR_CODE.fullmatch(text) is not None


def operator_code_of(phone: str) -> str:
    return phone[OPERATOR_CODE_DIGITS]


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store it; JSON can spell what it cannot in escapes."""
    return UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """The text with what cannot be stored spelled out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def places(zones: Iterable[str]) -> frozenset[str]:
    """The names of time zones that are those of a place."""
    return frozenset(
        name for name in zones if name not in PSEUDO_ZONES and not name.startswith(PSEUDO_FOLDERS)
    )


def check_attributes(value: Any) -> str:
    """The attributes as JSON, their texts visible. Raises Unacceptable."""
    return json.dumps(clean_attributes(value), ensure_ascii=False)


def clean_attributes(value: Any) -> dict[str, Any]:
    """The attributes, their texts visible. Raises Unacceptable."""
    if not isinstance(value, dict):
        raise Unacceptable(Reason.NOT_AN_OBJECT)
    if len(value) > MOST_ATTRIBUTES:
        raise Unacceptable(Reason.TOO_MANY_ENTRIES)
    if bad := {key: reason for key, entry in value.items() if (reason := _entry_problem(key, entry))}:
        raise Unacceptable(Reason.BAD_ENTRIES, entries=bad)
    cleaned = {visible(key): _visible_entry(entry) for key, entry in value.items()}
    if len(cleaned) < len(value):
        raise Unacceptable(Reason.BAD_ENTRIES, entries=dict.fromkeys(_alike(value), Reason.SAME_NAME))
    if len(json.dumps(cleaned, ensure_ascii=False).encode()) > ATTRIBUTES_BYTES:
        raise Unacceptable(Reason.TOO_LARGE)
    return cleaned


def _visible_entry(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _alike(names: Iterable[str]) -> list[str]:
    counts = Counter(map(visible, names))
    return [name for name in names if counts[visible(name)] > 1]


def _entry_problem(key: str, value: Any) -> Reason | None:
    if not is_storable(key) or (isinstance(value, str) and not is_storable(value)):
        return Reason.UNSTORABLE_TEXT
    if value is None or isinstance(value, str | bool):
        return None
    if not isinstance(value, int | float):
        return Reason.NOT_A_SCALAR
    # A float at the limit is a larger integer once it is written out, as PostgreSQL keeps it.
    most = NUMBER_LIMIT if isinstance(value, int) else math.nextafter(NUMBER_LIMIT, 0)
    return None if -most <= value <= most else Reason.NUMBER_TOO_LARGE  # NaN is neither
