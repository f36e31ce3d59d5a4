"""Filters in words: who gets a mailing, and who is left out."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from notification_service.console.parts import labels
from notification_service.directory.filters import Comparison, Condition, Group, Not, OutcomeOf, read_filter
from notification_service.directory.times import parse_datetime

FIELD = {
    "phone": gettext_lazy("phone"),
    "operator_code": gettext_lazy("operator code"),
    "timezone": gettext_lazy("time zone"),
    "created_at": gettext_lazy("added"),
    "tags": gettext_lazy("tags"),
}
SIGN = {"eq": "=", "ne": "≠", "lt": "<", "lte": "≤", "gt": ">", "gte": "≥"}
MOST_VALUES = 5


def in_words(written: Mapping[str, Any]) -> list[str]:
    """Return each restriction of a filter as JSON."""
    found = read_filter(written)
    words = []
    if found.segment:
        words.append(_("segment “%(name)s”") % {"name": found.segment})
    if found.outcome_of:
        words.append(_outcome(found.outcome_of))
    if found.operator_codes:
        words.append(f"{_('operator codes')} {', '.join(found.operator_codes)}")
    if found.tags:
        words.append(f"{_('tags')} {', '.join(tag or _('no tag') for tag in found.tags)}")
    if found.where:
        words.append(_condition(found.where))
    if found.exclude:
        words.append(_("but not: %(who)s") % {"who": "; ".join(in_words(found.exclude.as_json()))})
    return words


def _outcome(outcome: OutcomeOf) -> str:
    which = ", ".join(str(labels.MESSAGE_STATUS[status]) for status in outcome.statuses)
    return _("clients of mailing #%(id)s whose message is: %(which)s") % {
        "id": outcome.mailing,
        "which": which,
    }


def _condition(condition: Condition) -> str:
    match condition:
        case Group(kind, members):
            joint = pgettext("conditions", "and") if kind == "all" else pgettext("conditions", "or")
            return f" {joint} ".join(_nested(member) for member in members)
        case Not(member):
            return _("not (%(condition)s)") % {"condition": _condition(member)}
        case Comparison():
            return _comparison(condition)


def _nested(condition: Condition) -> str:
    words = _condition(condition)
    return f"({words})" if isinstance(condition, Group) else words


def _comparison(found: Comparison) -> str:
    field = found.attribute or str(FIELD.get(found.field, found.field))
    match found.op:
        case "exists":
            return (_("%(field)s: given") if found.value else _("%(field)s: not given")) % {"field": field}
        case "in":
            shown = ", ".join(_value(found.field, each) for each in found.value[:MOST_VALUES])
            more = len(found.value) - MOST_VALUES
            values = (
                _("%(shown)s and %(number)s more") % {"shown": shown, "number": more} if more > 0 else shown
            )
            return _("%(field)s is one of: %(values)s") % {"field": field, "values": values}
        case "contains":
            words = _("%(field)s contains %(value)s")
        case "starts_with":
            words = _("%(field)s starts with %(value)s")
        case op:
            return f"{field} {SIGN[op]} {_value(found.field, found.value)}"
    return words % {"field": field, "value": _value(found.field, found.value)}


def _value(field: str, value: Any) -> str:
    if field == "created_at":
        return labels.when(parse_datetime(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("“%(text)s”") % {"text": value} if isinstance(value, str) else str(value)
