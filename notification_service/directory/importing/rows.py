"""What a line says about a client: the directory's rules, in the order in which they are checked."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory import rules
from notification_service.directory.importing.choices import NO_CHOICES, Choices
from notification_service.directory.importing.report import BadLine, shown
from notification_service.directory.rules import AttributeFault, TagFault
from notification_service.directory.zone_names import likeliest

Fields = dict[str, Any] | BadLine
# For each row that is not blank: the number of its first line, its content, and its fields.
Rows = Iterator[tuple[int, bytes, Fields]]

GOOD_ENTRY = gettext_lazy(
    "it must be a string without NUL or a lone surrogate, a boolean, null, or a number between -2^63 and 2^63"
)

OF_TAG = {
    TagFault.TOO_LONG: gettext_lazy("must have no more than %(most)d characters."),
    TagFault.NOT_ONE_LINE: gettext_lazy("must be one line without control characters."),
}
OF_TAGS = {
    TagFault.NOT_A_LIST: gettext_lazy("must be a list of strings."),
    TagFault.TOO_MANY: gettext_lazy("must have no more than %(most)d entries."),
    TagFault.NOT_TEXT: gettext_lazy("has a tag that is not a string."),
    TagFault.EMPTY: gettext_lazy("has an empty tag."),
    TagFault.TOO_LONG: gettext_lazy("has a tag of more than %(most)d characters."),
    TagFault.NOT_ONE_LINE: gettext_lazy("has a tag that is not one line without control characters."),
    TagFault.TWICE: gettext_lazy("has the tag %(tag)s twice."),
}


class ClientRow(NamedTuple):
    """A client as in a line. None: the file does not say, so an existing client keeps the value."""

    phone: str
    operator_code: str | None
    tag: str | None
    tags: list[str] | None
    timezone: str
    attributes: str | None  # JSON


COLUMNS = ClientRow._fields


def check_client(
    fields: Mapping[str, Any], *, zones: frozenset[str], choices: Choices = NO_CHOICES
) -> ClientRow:
    """Raises BadLine at the first value that is not acceptable. `zones` are the known names."""
    phone = check_phone(fields)
    tags = _tags(fields) or ([choices.tag] if choices.tag else None if _says_nothing_of_tags(fields) else [])
    return ClientRow(
        phone=phone,
        operator_code=_operator_code(fields, phone),
        tag=None if tags is None else next(iter(tags), ""),
        tags=tags,
        timezone=choices.timezone if choices.one_timezone else _timezone(fields, zones, choices),
        attributes=check_attributes(fields["attributes"]) if "attributes" in fields else None,
    )


def check_attributes(value: Any) -> str:
    """Return the attributes as JSON. Raises BadLine for those that a client may not have."""
    try:
        return rules.check_attributes(value)
    except rules.Unacceptable as problem:
        raise BadLine(_attributes_problem(problem), field="attributes") from None


def text_of(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, str):
        return rules.visible(value)
    if name not in fields:
        return None
    raise BadLine(_("must be a string."), field=name)


def check_phone(fields: Mapping[str, Any]) -> str:
    text = text_of(fields, "phone") or ""
    phone = text if rules.is_phone(text) else rules.typed_phone(text)
    if rules.is_phone(phone):
        return phone
    if rules.is_rounded(text):
        words = _("was rounded to %(text)s by a spreadsheet: format the column as text there.")
        raise BadLine(words % {"text": text}, field="phone")
    raise BadLine(_("must be 7 and ten more digits.") if text else _("is missing."), field="phone")


def _operator_code(fields: Mapping[str, Any], phone: str) -> str | None:
    code = text_of(fields, "operator_code")
    if code == "":
        return rules.operator_code_of(phone)
    if code is not None and not rules.is_operator_code(code):
        raise BadLine(_("must be three digits."), field="operator_code")
    return code


def _says_nothing_of_tags(fields: Mapping[str, Any]) -> bool:
    return "tag" not in fields and "tags" not in fields


def _tags(fields: Mapping[str, Any]) -> list[str]:
    tag = rules.tag_of(text_of(fields, "tag") or "")
    if fault := rules.tag_fault(tag) if tag else None:
        raise BadLine(OF_TAG[fault] % {"most": rules.TAG_LENGTH}, field="tag")
    if "tags" not in fields:
        return [tag] if tag else []
    try:
        tags = rules.clean_tags(fields["tags"])
        rules.with_all_tags({"tags": tags} | ({"tag": tag} if "tag" in fields else {}))
    except rules.UnacceptableTags as problem:
        raise BadLine(_tags_problem(problem, fields["tags"]), field="tags") from None
    except rules.TagsDisagree:
        raise BadLine(_("must be the first of the tags."), field="tag") from None
    return tags


def too_many_tags() -> BadLine:
    """Return why a line is rejected whose tags, added to those of the client, are too many."""
    words = _("would give the client more than %(most)d tags.")
    return BadLine(words % {"most": rules.MOST_TAGS}, field="tags")


def _tags_problem(problem: rules.UnacceptableTags, tags: Any) -> str:
    bad = next((tags[place] for place in problem.tags), "")
    most = rules.MOST_TAGS if problem.fault == TagFault.TOO_MANY else rules.TAG_LENGTH
    return OF_TAGS[problem.fault] % {"most": most, "tag": shown(str(bad))}


def _timezone(fields: Mapping[str, Any], zones: frozenset[str], choices: Choices) -> str:
    name = text_of(fields, "timezone") or ""
    if name in zones:
        return name
    if chosen := choices.zone_of(name):
        return chosen
    if not name:
        raise BadLine(_("is missing."), field="timezone")
    unknown = _("must be the IANA name of a time zone, such as %(example)s, not %(name)s.")
    example = likeliest(name, zones=zones) or "Europe/Moscow"
    raise BadLine(unknown % {"example": example, "name": shown(name)}, field="timezone")


def _attributes_problem(problem: rules.Unacceptable) -> str:
    match problem.reason:
        case AttributeFault.NOT_AN_OBJECT:
            return _("must be a JSON object.")
        case AttributeFault.TOO_MANY_ENTRIES:
            return _("must have no more than %(most)d entries.") % {"most": rules.MOST_ATTRIBUTES}
        case AttributeFault.TOO_LARGE:
            return _("must take no more than %(most)d bytes as JSON.") % {"most": rules.ATTRIBUTES_BYTES}
        case _ if AttributeFault.SAME_NAME in problem.entries.values():
            name = shown(next(iter(problem.entries)))
            return _("has the name %(name)s twice, but for characters that nobody sees.") % {"name": name}
        case _:
            facts = {"name": shown(next(iter(problem.entries))), "rule": GOOD_ENTRY}
            return _("has a bad entry %(name)s: %(rule)s.") % facts
