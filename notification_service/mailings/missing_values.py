"""Which clients lack a value that a text needs: `PersonalText.missing` for a whole table."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_

from django.db.models import BooleanField, CharField, Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from notification_service.directory.models import Client
from notification_service.mailings.personal_text import PHONE, TAG, InvalidText, read_text


def needed_by(text: str) -> list[str]:
    """Return the names that a text needs values of; none, if it cannot be read and is sent as it is."""
    try:
        return read_text(text).needed
    except InvalidText:
        return []


def value_of(name: str) -> Func:
    """A client's value of a name as it is written, empty if there is none."""
    if name in (PHONE, TAG):
        return Coalesce(name, Value(""), output_field=CharField())
    attribute = Func(
        F("attributes"), Value(name), function="jsonb_extract_path_text", output_field=CharField()
    )
    return Coalesce(attribute, Value(""))


def lacking(names: Collection[str]) -> Q:
    """Match clients without a value of any of the names; nobody, if there are no names."""
    each = [Q(EqualsEmpty(value_of(name))) for name in names]
    return reduce(or_, each) if each else Q(pk__in=[])


def count_lacking(clients: QuerySet[Client], names: Sequence[str]) -> dict[str, int]:
    """Return how many of the clients have no value of each name; reads them once."""
    counts = {f"name{place}": Count("pk", filter=lacking([name])) for place, name in enumerate(names)}
    found = clients.order_by().aggregate(**counts) if counts else {}
    return dict(zip(names, found.values(), strict=True))


class EqualsEmpty(Func):
    output_field = BooleanField()
    template = "(%(expressions)s = '')"
