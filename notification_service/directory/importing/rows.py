"""What a client's values must be: the rules of the API, in the order in which a line is judged."""

import json
import re
import zoneinfo
from collections.abc import Iterator, Mapping, Set
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory.importing.report import BadLine, shown
from notification_service.directory.rules import OPERATOR_CODE_PATTERN, PHONE_PATTERN, TAG_LENGTH

Fields = dict[str, Any] | BadLine
# Each row that is not blank: the number of its first line, what it holds, and what that says.
Rows = Iterator[tuple[int, bytes, Fields]]

COLUMNS = ("phone", "operator_code", "tag", "timezone", "attributes")
REQUIRED = ("phone", "timezone")

ATTRIBUTES = 100
ATTRIBUTES_BYTES = 16 * 1024
NUMBER_LIMIT = 2**63
GOOD_ENTRY = gettext_lazy(
    "it must be a string without NUL or a lone surrogate, a boolean, null, or a number between -2^63 and 2^63"
)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # by PostgreSQL; JSON can spell them in escapes

# Names of the system's zone folder that are no places: "localtime" is whatever the machine is set to.
PSEUDO_ZONES = {"localtime", "posixrules", "Factory"}
PSEUDO_FOLDERS = ("posix/", "right/")

is_phone = re.compile(PHONE_PATTERN.strip("^$")).fullmatch
is_operator_code = re.compile(OPERATOR_CODE_PATTERN.strip("^$")).fullmatch


class ClientRow(NamedTuple):
    """A client as a line gives it. None: the file does not say, so a present client keeps the value."""

    phone: str
    operator_code: str | None
    tag: str | None
    timezone: str
    attributes: str | None  # JSON


def check_client(fields: Mapping[str, Any], *, zones: Set[str]) -> ClientRow:
    """Raises BadLine at the first value that is not acceptable; `zones` are the names that are known."""
    phone = _text(fields, "phone") or ""
    if not is_phone(phone):
        raise BadLine(_("must be 7 and ten more digits.") if phone else _("is missing."), field="phone")
    return ClientRow(
        phone=phone,
        operator_code=_operator_code(fields, phone),
        tag=_tag(fields),
        timezone=_timezone(fields, zones),
        attributes=check_attributes(fields["attributes"]) if "attributes" in fields else None,
    )


@cache
def known_zones() -> frozenset[str]:
    """The zones that Python and PostgreSQL both know: the database refuses a row with any other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        in_database = {row[0] for row in cursor.fetchall()}
    names = zoneinfo.available_timezones() & in_database - PSEUDO_ZONES
    return frozenset(name for name in names if not name.startswith(PSEUDO_FOLDERS))


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, str) or name not in fields:
        return value
    raise BadLine(_("must be a string."), field=name)


def _operator_code(fields: Mapping[str, Any], phone: str) -> str | None:
    code = _text(fields, "operator_code")
    if code == "":
        return phone[1:4]
    if code is not None and not is_operator_code(code):
        raise BadLine(_("must be three digits."), field="operator_code")
    return code


def _tag(fields: Mapping[str, Any]) -> str | None:
    tag = _text(fields, "tag")
    if tag is None:
        return None
    if len(tag) > TAG_LENGTH:
        raise BadLine(_("must have no more than %(most)d characters.") % {"most": TAG_LENGTH}, field="tag")
    if UNSTORABLE.search(tag):
        raise BadLine(_("must not have NUL or a lone surrogate."), field="tag")
    return tag


def _timezone(fields: Mapping[str, Any], zones: Set[str]) -> str:
    name = _text(fields, "timezone") or ""
    if name not in zones:
        unknown = _("must be the IANA name of a time zone, such as Europe/Moscow, not %(name)s.")
        raise BadLine(unknown % {"name": shown(name)} if name else _("is missing."), field="timezone")
    return name


def check_attributes(value: Any) -> str:
    """The attributes as JSON. Raises BadLine for those that no client may have."""
    if not isinstance(value, dict):
        raise BadLine(_("must be a JSON object."), field="attributes")
    if len(value) > ATTRIBUTES:
        words = _("must have no more than %(most)d entries.")
        raise BadLine(words % {"most": ATTRIBUTES}, field="attributes")
    for key, entry in value.items():
        if UNSTORABLE.search(key) or not _is_scalar(entry):
            words = _("has a bad entry %(name)s: %(rule)s.")
            raise BadLine(words % {"name": shown(key), "rule": GOOD_ENTRY}, field="attributes")
    text = json.dumps(value, ensure_ascii=False)
    if len(text.encode()) > ATTRIBUTES_BYTES:
        words = _("must take no more than %(most)d bytes as JSON.")
        raise BadLine(words % {"most": ATTRIBUTES_BYTES}, field="attributes")
    return text


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if value is None or isinstance(value, bool):
        return True
    return isinstance(value, int | float) and -NUMBER_LIMIT <= value <= NUMBER_LIMIT
