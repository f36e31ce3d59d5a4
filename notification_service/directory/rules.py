"""What a client's values may be, defined once; pure.

The API's fields, the console's form, the file import and the database each enforce these rules in their own
way and their own words.
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

PHONE_PATTERN = "^7[0-9]{10}$"
PHONE_DIGITS = 11
EXTERNAL_ID_LENGTH = 100
OPERATOR_CODE_PATTERN = "^[0-9]{3}$"
OPERATOR_CODE_DIGITS = slice(1, 4)  # of the phone
TAG_LENGTH = 255
MOST_TAGS = 50
TOPIC_LENGTH = 64
REASON_LENGTH = SOURCE_LENGTH = 255
EVIDENCE_LENGTH = 2000
ZONE_LENGTH = 64

# What people, pages and spreadsheets put between a phone's digits: punctuation, spaces, dashes.
BETWEEN_DIGITS = "()-+./ \u00a0\u2007\u2009\u202f" + "".join(map(chr, (*range(0x2010, 0x2016), 0x2212)))

# Some programs write a column of numbers with gaps like this: 79161234567.0.
WITH_FRACTION = re.compile(r"([0-9]{10,11})\.0")
ROUNDED = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+")  # by a spreadsheet: 7.91612E+10 has lost digits
REGION_STARTS = ("3", "4", "9")  # of a region's or an operator's code

_NOTHING_BETWEEN_DIGITS = str.maketrans("", "", BETWEEN_DIGITS)

MOST_ATTRIBUTES = 100
ATTRIBUTES_BYTES = 16 * 1024  # as JSON
NUMBER_LIMIT = 2**63

# Text that PostgreSQL can store, for JSON Schema, which cannot express lone surrogates.
STORABLE_PATTERN = "^[^\\u0000]*$"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# One line: no control character, and neither of Unicode's own line ends.
_NOT_IN_A_LINE = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"
LINE_PATTERN = f"^[^{_NOT_IN_A_LINE}]*$"
# Without a look ahead, after which whoever makes examples of it has to try for minutes.
FILLED_LINE_PATTERN = f"^[^{_NOT_IN_A_LINE}]*[^\\s{_NOT_IN_A_LINE}][^{_NOT_IN_A_LINE}]*$"
NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Invisible characters that are copied along: soft hyphens, zero-width characters, direction marks.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# Between two letters of scripts after Cyrillic in Unicode, and between emoji, these two say how they join.
_JOINED = "[\u0530-\u200b\u200e-\U0010ffff]"
USELESS_JOINER = re.compile(f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")

UNUSUAL_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


class AttributeFault(StrEnum):
    """Why attributes are refused."""

    NOT_AN_OBJECT = "not_an_object"
    TOO_MANY_ENTRIES = "too_many_entries"
    TOO_LARGE = "too_large"
    BAD_ENTRIES = "bad_entries"
    # of one entry
    NOT_A_SCALAR = "not_a_scalar"
    NUMBER_TOO_LARGE = "number_too_large"
    UNSTORABLE_TEXT = "unstorable_text"
    SAME_NAME = "same_name"  # as another one, except for invisible characters


class Unacceptable(ValueError):  # noqa: N818
    """If the reason is BAD_ENTRIES, `entries` has the reasons of each bad entry."""

    def __init__(
        self, reason: AttributeFault, *, entries: Mapping[str, AttributeFault] | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.entries = dict(entries or {})


class TagFault(StrEnum):
    """Why tags are refused."""

    NOT_A_LIST = "not_a_list"
    TOO_MANY = "too_many"
    # of one tag
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_ONE_LINE = "not_one_line"
    TWICE = "twice"


class UnacceptableTags(ValueError):  # noqa: N818
    """`tags` has the fault of each bad tag by its place; none if the list as a whole has it."""

    def __init__(self, fault: TagFault, *, tags: Mapping[int, TagFault] | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.tags = dict(tags or {})


class TagsDisagree(ValueError):  # noqa: N818
    """A client's `tag` is not the first of its `tags`."""


def whole(pattern: str) -> re.Pattern[str]:
    """For `fullmatch`, because `$` lets a newline follow."""
    return re.compile(pattern.removeprefix("^").removesuffix("$"))


PHONE = whole(PHONE_PATTERN)
OPERATOR_CODE = whole(OPERATOR_CODE_PATTERN)


def matches(pattern: str, text: str) -> bool:
    return whole(pattern).fullmatch(text) is not None


def composed(text: str) -> str:
    """Return it in Unicode's form NFC: й is one character, whichever keyboard typed it."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Return it composed and without invisible characters, so that texts which look equal are equal."""
    if text.isascii():
        return text
    return composed(USELESS_JOINER.sub("", INVISIBLE.sub("", composed(text))))


def tag_of(text: str) -> str:
    """Return it visible, without spaces around it, and with only the usual spaces and line ends."""
    return UNUSUAL_SPACE.sub(" ", visible(text)).replace("\r\n", "\n").replace("\r", "\n").strip()


def line_of(text: str) -> str:
    """Return it visible, with only the usual spaces, and none around it."""
    return UNUSUAL_SPACE.sub(" ", visible(text)).strip(" ")


def clean_tags(value: Any) -> list[str]:
    """Return the tags in their order, each as by `tag_of`. Raises UnacceptableTags."""
    if not isinstance(value, list):
        raise UnacceptableTags(TagFault.NOT_A_LIST)
    if len(value) > MOST_TAGS:
        raise UnacceptableTags(TagFault.TOO_MANY)
    tags = [tag_of(tag) if isinstance(tag, str) else None for tag in value]
    faults = {
        place: fault for place, tag in enumerate(tags) if (fault := tag_fault(tag, before=tags[:place]))
    }
    if faults:
        raise UnacceptableTags(next(iter(faults.values())), tags=faults)
    return [tag for tag in tags if tag]


def tag_fault(tag: str | None, *, before: Sequence[str | None] = ()) -> TagFault | None:
    """Return what is wrong with a tag that stands after these; None: it was no text."""
    if not tag:
        return TagFault.NOT_TEXT if tag is None else TagFault.EMPTY
    if len(tag) > TAG_LENGTH:
        return TagFault.TOO_LONG
    if NOT_IN_A_LINE.search(tag):
        return TagFault.NOT_ONE_LINE
    return TagFault.TWICE if tag in before else None


def with_all_tags(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with both `tags` and `tag`, the first of them, if either is there.

    Raises TagsDisagree.
    """
    if "tags" in fields:
        first = next(iter(fields["tags"]), "")
        if fields.get("tag", first) != first:
            raise TagsDisagree
        return {**fields, "tag": first}
    if "tag" in fields:
        return {**fields, "tags": [fields["tag"]] if fields["tag"] else []}
    return dict(fields)


def typed_phone(text: str) -> str:
    """Return the phone that a person typed or copied in any of the usual ways. It may not be a valid one.

    Russians write an 8 for the 7, or neither. A plus is followed by the country's code: +84 is Vietnam's.
    """
    written = visible(text).strip()
    if number := WITH_FRACTION.fullmatch(written):
        written = number[1]
    digits = "".join(written.translate(_NOTHING_BETWEEN_DIGITS).split())
    if written.startswith("+"):
        return digits
    if len(digits) == 11 and digits.startswith("8"):
        return f"7{digits[1:]}"
    # Ten digits that begin with a 7 or an 8 are more likely a phone that has lost a digit.
    return f"7{digits}" if len(digits) == 10 and digits.startswith(REGION_STARTS) else digits


def without_plus(text: str) -> str:
    """Return the digits of a phone that is written as +7 (916) 123-45-67; other texts as they are."""
    written = visible(text)
    return typed_phone(written) if written.lstrip().startswith("+") else written


def phone_starts(text: str) -> list[str]:
    """Return what the phone may begin with, if the text is its beginning in any of the usual ways."""
    digits = typed_phone(text)
    if not (digits.isascii() and digits.isdigit()):
        return []
    if len(digits) >= PHONE_DIGITS:
        return [digits] if is_phone(digits) else []
    if visible(text).lstrip().startswith("+"):
        return [digits]
    return [f"7{digits}", *{"7": [digits], "8": [f"7{digits[1:]}"]}.get(digits[0], [])]


def is_rounded(text: str) -> bool:
    """Return whether a spreadsheet wrote the phone as a number and lost some of its digits."""
    return ROUNDED.fullmatch(text.strip()) is not None


def is_phone(text: str) -> bool:
    return PHONE.fullmatch(text) is not None


def is_operator_code(text: str) -> bool:
    return OPERATOR_CODE.fullmatch(text) is not None


def operator_code_of(phone: str) -> str:
    return phone[OPERATOR_CODE_DIGITS]


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can store it. JSON can contain, as escapes, what it cannot."""
    return UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """Return the text with what cannot be stored written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def check_attributes(value: Any) -> str:
    """Return the attributes as JSON, with visible texts. Raises Unacceptable."""
    return json.dumps(clean_attributes(value), ensure_ascii=False)


def clean_attributes(value: Any) -> dict[str, Any]:
    """Return the attributes, with visible texts. Raises Unacceptable."""
    if not isinstance(value, dict):
        raise Unacceptable(AttributeFault.NOT_AN_OBJECT)
    if len(value) > MOST_ATTRIBUTES:
        raise Unacceptable(AttributeFault.TOO_MANY_ENTRIES)
    if bad := {key: reason for key, entry in value.items() if (reason := _entry_problem(key, entry))}:
        raise Unacceptable(AttributeFault.BAD_ENTRIES, entries=bad)
    cleaned = {visible(key): _visible_entry(entry) for key, entry in value.items()}
    if len(cleaned) < len(value):
        raise Unacceptable(
            AttributeFault.BAD_ENTRIES, entries=dict.fromkeys(_alike(value), AttributeFault.SAME_NAME)
        )
    if len(json.dumps(cleaned, ensure_ascii=False).encode()) > ATTRIBUTES_BYTES:
        raise Unacceptable(AttributeFault.TOO_LARGE)
    return cleaned


def _visible_entry(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _alike(names: Iterable[str]) -> list[str]:
    counts = Counter(map(visible, names))
    return [name for name in names if counts[visible(name)] > 1]


def _entry_problem(key: str, value: Any) -> AttributeFault | None:
    if not is_storable(key) or (isinstance(value, str) and not is_storable(value)):
        return AttributeFault.UNSTORABLE_TEXT
    if value is None or isinstance(value, str | bool):
        return None
    if not isinstance(value, int | float):
        return AttributeFault.NOT_A_SCALAR
    # A float at the limit becomes a larger integer when it is written out, as PostgreSQL stores it.
    most = NUMBER_LIMIT if isinstance(value, int) else math.nextafter(NUMBER_LIMIT, 0)
    return None if -most <= value <= most else AttributeFault.NUMBER_TOO_LARGE  # NaN is neither
