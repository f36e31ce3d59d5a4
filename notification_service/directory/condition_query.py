"""A condition as a query over clients.

What an index serves stays where PostgreSQL finds it; the rest is read from attributes that are taken out of
a client's row once (`attribute_query`).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, assert_never

from django.db.models import BooleanField, F, Q, Value
from django.db.models.functions import Collate

from notification_service.directory.attribute_query import (
    Taken,
    compared,
    in_place,
    is_found_by_index,
    is_not_true,
)
from notification_service.directory.filters.conditions import (
    Comparison,
    Condition,
    Group,
    Not,
    comparisons_of,
)
from notification_service.directory.filters.operators import Op
from notification_service.directory.models.client import any_tag

# Taking attributes out costs as much as three comparisons that each look into the row.
FEW = 3
BY_INDEX = {
    "phone": {Op.EQ, Op.IN, Op.STARTS_WITH},
    "operator_code": {Op.EQ, Op.IN},
    "tags": {Op.EQ, Op.IN},
}

OfAttribute = Callable[[str, Op, Any], Q]


def condition(found: Condition) -> Q:
    """Three-valued, as SQL is: NULL and FALSE are both "no", except where a `not` turns them."""
    match found:
        case Group("all", members):
            return reduce(and_, [*map(condition, filter(_is_served, members)), *_read(members)])
        case Group(_, members) if _is_served(found):
            return reduce(or_, map(condition, members))
        case Comparison() if _is_served(found):
            return _comparison(found, in_place)
    return reduce(and_, _read([found]))


def always(*, answer: bool) -> Q:
    return Q(Value(answer, BooleanField()))


def _is_served(found: Condition) -> bool:
    """Return whether an index finds a part of the clients in which all that match are."""
    match found:
        case Group("all", members):
            return any(map(_is_served, members))
        case Group(_, members):
            return all(map(_is_served, members))
        case Not():
            return False
        case Comparison(field, op, value):
            return (
                is_found_by_index(op, value)
                if found.attribute is not None
                else op in BY_INDEX.get(field, set())
            )
    assert_never(found)


def _read(members: Iterable[Condition]) -> list[Q]:
    """Return what must hold of the members that no index serves."""
    unserved = [member for member in members if not _is_served(member)]
    reading = [member for member in unserved if _attributes(member)]
    if sum(map(_attributes, reading)) < FEW:
        return [_written(member, in_place) for member in unserved]
    taken = Taken()
    of_attributes = reduce(and_, [_written(member, taken.comparison) for member in reading])
    others = [_written(member, in_place) for member in unserved if not _attributes(member)]
    return [*others, taken.holds(of_attributes)]


def _attributes(found: Condition) -> int:
    return sum(each.attribute is not None for each in comparisons_of(found))


def _written(found: Condition, of_attribute: OfAttribute) -> Q:
    match found:
        case Group("all", members):
            return reduce(and_, (_written(member, of_attribute) for member in members))
        case Group(_, members):
            return reduce(or_, (_written(member, of_attribute) for member in members))
        case Not(member):
            return is_not_true(_written(member, of_attribute))
        case Comparison():
            return _comparison(found, of_attribute)
    assert_never(found)


def _comparison(found: Comparison, of_attribute: OfAttribute) -> Q:
    if found.attribute is not None:
        return of_attribute(found.attribute, found.op, found.value)
    match found.field:
        case "tags":
            return _of_tags(found.op, found.value)
        case "created_at":
            return _of_moment(found.op, found.value)
    return _of_text(found.field, found.op, found.value)


def _of_tags(op: Op, value: Any) -> Q:
    if op is Op.EXISTS:
        return ~Q(tag="") if value else Q(tag="")
    return any_tag(value if op is Op.IN else [value])


def _of_moment(op: Op, value: Any) -> Q:
    match op:
        case Op.EXISTS:
            return always(answer=value)
        case Op.IN:
            return Q(created_at__in=[*map(datetime.fromisoformat, value)])
    return compared(F("created_at"), op, Value(datetime.fromisoformat(value)))


def _of_text(field: str, op: Op, value: Any) -> Q:
    """`field` is a column, of which the grammar knows three. What Django writes as LIKE has an index."""
    match op:
        case Op.EXISTS:
            return always(answer=value)
        case Op.IN:
            return Q(**{f"{field}__in": value})
        case Op.CONTAINS:
            return Q(**{f"{field}__contains": value})
        case Op.STARTS_WITH:
            return Q(**{f"{field}__startswith": value})
        case Op.EQ | Op.NE:
            return compared(F(field), op, Value(value))
    return compared(Collate(F(field), "C"), op, Value(value))
