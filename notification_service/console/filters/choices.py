"""What a row can name: the attributes that clients have and how often, segments, mailings."""

from django.core.cache import cache
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.console.filters.rows import GIVEN, MISSING, FilterRow
from notification_service.console.parts import labels
from notification_service.console.parts.filter_words import FIELD
from notification_service.directory.filters.operators import ATTRIBUTE
from notification_service.directory.in_use import AttributeInUse, attributes_in_use
from notification_service.directory.models import Segment
from notification_service.mailings.models import Mailing

KEPT_SECONDS = 300
KNOWN_ATTRIBUTES = "console-known-attributes"
MOST_ATTRIBUTES, MOST_SEGMENTS, MOST_MAILINGS = 200, 1000, 50
COMPARES = {"lt", "lte", "gt", "gte"}
OP = {
    "eq": pgettext_lazy("comparison", "is"),
    "ne": pgettext_lazy("comparison", "is not"),
    "in": pgettext_lazy("comparison", "is one of"),
    "contains": pgettext_lazy("comparison", "contains"),
    "starts_with": pgettext_lazy("comparison", "starts with"),
    "lt": pgettext_lazy("comparison", "is less than"),
    "lte": pgettext_lazy("comparison", "is at most"),
    "gt": pgettext_lazy("comparison", "is more than"),
    "gte": pgettext_lazy("comparison", "is at least"),
    GIVEN: pgettext_lazy("comparison", "is given"),
    MISSING: pgettext_lazy("comparison", "is not given"),
}
OP_OF_TIME = {
    "gte": pgettext_lazy("comparison", "at or after"),
    "lt": pgettext_lazy("comparison", "before"),
    "gt": pgettext_lazy("comparison", "after"),
    "lte": pgettext_lazy("comparison", "at or before"),
}
OP_OF_TAGS = {
    "eq": pgettext_lazy("comparison", "include"),
    "in": pgettext_lazy("comparison", "include one of"),
    GIVEN: pgettext_lazy("comparison", "are given"),
    MISSING: pgettext_lazy("comparison", "are not given"),
}
KIND = {
    "text": pgettext_lazy("kind of value", "text"),
    "number": pgettext_lazy("kind of value", "number"),
    "boolean": pgettext_lazy("kind of value", "yes or no"),
}
STATUSES = {
    "failed,expired,cancelled": gettext_lazy("did not get it"),
    "sent": gettext_lazy("got it"),
    "sent,unknown": gettext_lazy("got it, or may have got it"),
    "failed,expired,cancelled,unknown,sent": gettext_lazy("were among its recipients, whatever the outcome"),
}
Choices = list[tuple[str, str]]


def known_attributes() -> list[AttributeInUse]:
    """At most KEPT_SECONDS old: even the sample that is read of many clients takes some time."""
    found: list[AttributeInUse] | None = cache.get(KNOWN_ATTRIBUTES)
    if found is None:
        found = attributes_in_use()[:MOST_ATTRIBUTES]
        cache.set(KNOWN_ATTRIBUTES, found, KEPT_SECONDS)
    return found


def client_fields() -> Choices:
    """Return the fields that every client has."""
    return [("", _("Choose…")), *((name, capfirst(str(word))) for name, word in FIELD.items())]


def attributes_beside(row: FilterRow, known: list[AttributeInUse]) -> Choices:
    """Return the attributes with their numbers of clients; and that of the row."""
    found = {ATTRIBUTE + each.name: f"{each.name[:60]} ({labels.number(each.clients)})" for each in known}
    if row.field.startswith(ATTRIBUTE):
        found.setdefault(row.field, row.field.removeprefix(ATTRIBUTE))
    return list(found.items())


def ops_of(row: FilterRow) -> Choices:
    """Return how the field can be compared, with the present comparison even if it is a rare one."""
    words = {"created_at": OP_OF_TIME, "tags": OP_OF_TAGS}.get(row.field, OP)
    names = [name for name in words if words is not OP or _is_usual(name, row)]
    if row.op not in names and row.op in OP:
        names.append(row.op)
    return [(name, str(words.get(name, OP[name]))) for name in names]


def _is_usual(op: str, row: FilterRow) -> bool:
    is_attribute = row.field.startswith(ATTRIBUTE)
    if op in (GIVEN, MISSING):
        return is_attribute
    if not is_attribute:
        return op not in COMPARES
    match row.kind:
        case "boolean":
            return op in ("eq", "ne")
        case "number":
            return op not in ("contains", "starts_with")
    return True


def kinds_of(row: FilterRow, known: list[AttributeInUse]) -> list[str]:
    """Return the kinds of value that the attribute has, most clients first; all where nobody has it."""
    if not row.field.startswith(ATTRIBUTE):
        return ["text"]
    name = row.field.removeprefix(ATTRIBUTE)
    for each in known:
        if each.name == name:
            counts = {"text": each.strings, "number": each.numbers, "boolean": each.booleans}
            return [kind for kind in sorted(counts, key=lambda kind: -counts[kind]) if counts[kind]] or [
                *KIND
            ]
    return [*KIND]


def segments_beside(name: str) -> Choices:
    names = list(Segment.objects.order_by("name").values_list("name", flat=True)[:MOST_SEGMENTS])
    if name and name not in names:
        names.append(name)
    return [("", _("any client")), *((each, each) for each in names)] if names else []


def mailings_beside(chosen: str) -> Choices:
    """Return the latest that have started, and the one that is chosen."""
    started = Mailing.objects.alive().exclude(started_at=None).order_by("-pk")
    latest = [(str(row.pk), labels.mailing(row)) for row in started[:MOST_MAILINGS]]
    if chosen and chosen not in dict(latest):
        latest.append((chosen, _("Mailing #%(id)s") % {"id": chosen}))
    return [("", _("no mailing")), *latest] if latest else []


def statuses_beside(chosen: str) -> Choices:
    found = {statuses: str(words) for statuses, words in STATUSES.items()}
    if chosen not in found:
        words = (labels.MESSAGE_STATUS.get(each, each) for each in chosen.split(","))
        found[chosen] = ", ".join(map(str, words))
    return list(found.items())


def settled(row: FilterRow, known: list[AttributeInUse]) -> FilterRow:
    """Return a row whose field has just been chosen: nothing of the field before stays in it."""
    kind = kinds_of(row, known)[0]
    begun = FilterRow(row.field, "eq", kind, "yes" if kind == "boolean" else "")
    if row.field == "created_at":
        return FilterRow(row.field, "gte", value=timezone.localdate().strftime("%Y-%m-%dT00:00"))
    return begun
