"""What a line says of a client: the directory's rules, in the order in which a line is judged."""

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory import rules
from notification_service.directory.importing.report import BadLine, shown
from notification_service.directory.rules import Reason

Fields = dict[str, Any] | BadLine
# Each row that is not blank: the number of its first line, what it holds, and what that says.
Rows = Iterator[tuple[int, bytes, Fields]]

REQUIRED = ("phone", "timezone")
EXPORTED = ("id", "created_at", "updated_at")  # are in our exports beside these, and are not ours to set

GOOD_ENTRY = gettext_lazy(
    "it must be a string without NUL or a lone surrogate, a boolean, null, or a number between -2^63 and 2^63"
)


class ClientRow(NamedTuple):
    """A client as a line gives it. None: the file does not say, so a present client keeps the value."""

    phone: str
    operator_code: str | None
    tag: str | None
    timezone: str
    attributes: str | None  # JSON


COLUMNS = ClientRow._fields


def check_client(fields: Mapping[str, Any], *, zones: Set[str]) -> ClientRow:
    """Raises BadLine at the first value that is not acceptable; `zones` are the names that are known."""
    phone = _text(fields, "phone") or ""
    if not rules.is_phone(phone):
        raise BadLine(_("must be 7 and ten more digits.") if phone else _("is missing."), field="phone")
    return ClientRow(
        phone=phone,
        operator_code=_operator_code(fields, phone),
        tag=_tag(fields),
        timezone=_timezone(fields, zones),
        attributes=check_attributes(fields["attributes"]) if "attributes" in fields else None,
    )


def check_attributes(value: Any) -> str:
    """The attributes as JSON. Raises BadLine for those that no client may have."""
    try:
        return rules.check_attributes(value)
    except rules.Unacceptable as problem:
        raise BadLine(_attributes_problem(problem), field="attributes") from None


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, str):
        return rules.visible(value)
    if name not in fields:
        return None
    raise BadLine(_("must be a string."), field=name)


def _operator_code(fields: Mapping[str, Any], phone: str) -> str | None:
    code = _text(fields, "operator_code")
    if code == "":
        return rules.operator_code_of(phone)
    if code is not None and not rules.is_operator_code(code):
        raise BadLine(_("must be three digits."), field="operator_code")
    return code


def _tag(fields: Mapping[str, Any]) -> str | None:
    tag = _text(fields, "tag")
    if tag is None:
        return None
    tag = rules.tag_of(tag)
    if len(tag) > rules.TAG_LENGTH:
        words = _("must have no more than %(most)d characters.")
        raise BadLine(words % {"most": rules.TAG_LENGTH}, field="tag")
    if not rules.is_storable(tag):
        raise BadLine(_("must not have NUL or a lone surrogate."), field="tag")
    return tag


def _timezone(fields: Mapping[str, Any], zones: Set[str]) -> str:
    name = _text(fields, "timezone") or ""
    if name not in zones:
        unknown = _("must be the IANA name of a time zone, such as Europe/Moscow, not %(name)s.")
        raise BadLine(unknown % {"name": shown(name)} if name else _("is missing."), field="timezone")
    return name


def _attributes_problem(problem: rules.Unacceptable) -> str:
    match problem.reason:
        case Reason.NOT_AN_OBJECT:
            return _("must be a JSON object.")
        case Reason.TOO_MANY_ENTRIES:
            return _("must have no more than %(most)d entries.") % {"most": rules.MOST_ATTRIBUTES}
        case Reason.TOO_LARGE:
            return _("must take no more than %(most)d bytes as JSON.") % {"most": rules.ATTRIBUTES_BYTES}
        case _ if Reason.SAME_NAME in problem.entries.values():
            name = shown(next(iter(problem.entries)))
            return _("has the name %(name)s twice, but for characters that nobody sees.") % {"name": name}
        case _:
            facts = {"name": shown(next(iter(problem.entries))), "rule": GOOD_ENTRY}
            return _("has a bad entry %(name)s: %(rule)s.") % facts
