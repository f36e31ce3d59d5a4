"""A filter as a query over clients. Every name and value in it is a parameter, never a part of the SQL.

What cannot be known any more (the outcomes of a deleted mailing) is never taken to mean that somebody gets a
message: nobody matches it, and whoever might have been excluded by it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, assert_never

from django.db.models import (
    BooleanField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Collate

from notification_service.directory.filters.conditions import Comparison, Condition, Group, Not
from notification_service.directory.filters.filter import ClientFilter, OutcomeOf
from notification_service.directory.filters.operators import Op
from notification_service.directory.models import Client
from notification_service.directory.models.client import ClientQuerySet, any_tag

# Returns the messages with such an outcome, or None if their mailing is deleted.
MessagesOf = Callable[[OutcomeOf], QuerySet[Any] | None]

# A scan of the index for each; for more values than this, reading the table once is as quick.
MOST_BY_INDEX = 20
SQL = {Op.EQ: "=", Op.NE: "<>", Op.LT: "<", Op.LTE: "<=", Op.GT: ">", Op.GTE: ">="}


def clients_matching(
    found: ClientFilter, *, segments: Mapping[str, ClientFilter], messages_of: MessagesOf
) -> ClientQuerySet:
    """Return the clients who match. `segments` has every segment that it names, itself or through others."""
    reader = _Reader(segments, messages_of)
    return Client.objects.alive().filter(*reader.parts(found, is_wanted=True))


@dataclass(frozen=True, slots=True)
class _Reader:
    segments: Mapping[str, ClientFilter]
    messages_of: MessagesOf

    def parts(self, found: ClientFilter, *, is_wanted: bool) -> list[Q]:
        """Return what must hold; `is_wanted` is False where it is to be left out."""
        parts = []
        if found.operator_codes:
            parts.append(Q(operator_code__in=found.operator_codes))
        if found.tags:
            parts.append(any_tag(found.tags))
        if found.where is not None:
            parts.append(condition(found.where))
        if found.outcome_of is not None:
            parts.append(self._ended_so(found.outcome_of, is_wanted=is_wanted))
        if found.segment is not None:
            parts.extend(self._in_segment(found.segment, is_wanted=is_wanted))
        if found.exclude is not None:
            parts.append(self._not(found.exclude, is_wanted=not is_wanted))
        return parts

    def _ended_so(self, outcome: OutcomeOf, *, is_wanted: bool) -> Q:
        messages = self.messages_of(outcome)
        return _always(answer=not is_wanted) if messages is None else Q(pk__in=messages.values("client_id"))

    def _in_segment(self, name: str, *, is_wanted: bool) -> list[Q]:
        segment = self.segments.get(name)
        return (
            [_always(answer=not is_wanted)] if segment is None else self.parts(segment, is_wanted=is_wanted)
        )

    def _not(self, excluded: ClientFilter, *, is_wanted: bool) -> Q:
        """Messages are joined, as a subquery for each client would take minutes over a million."""
        parts = self.parts(excluded, is_wanted=is_wanted)
        if not self._reads_messages(excluded):
            return _is_not_true(reduce(and_, parts, _always(answer=True)))
        if excluded == ClientFilter(outcome_of=excluded.outcome_of) and excluded.outcome_of:
            messages = self.messages_of(excluded.outcome_of)
            if messages is not None:
                return Q(~Exists(messages.filter(client_id=OuterRef("pk"))))
        return Q(~Exists(Client.objects.filter(*parts, pk=OuterRef("pk"))))

    def _reads_messages(self, found: ClientFilter) -> bool:
        named = (self.segments[name] for _, name in found.segments() if name in self.segments)
        return any(found.outcomes()) or any(map(self._reads_messages, named))


def condition(found: Condition) -> Q:
    """Three-valued, as SQL is: NULL and FALSE are both "no", except where a `not` turns them."""
    match found:
        case Group("all", members):
            return reduce(and_, map(condition, members))
        case Group(_, members):
            return reduce(or_, map(condition, members))
        case Not(member):
            return _is_not_true(condition(member))
        case Comparison():
            return _comparison(found)
    assert_never(found)


def _comparison(found: Comparison) -> Q:
    if found.attribute is not None:
        return _of_attribute(found.attribute, found.op, found.value)
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
            return _always(answer=value)
        case Op.IN:
            return Q(created_at__in=[*map(datetime.fromisoformat, value)])
    return _compared(F("created_at"), op, Value(datetime.fromisoformat(value)))


def _of_text(field: str, op: Op, value: Any) -> Q:
    """`field` is a column, of which the grammar knows three. What Django writes as LIKE has an index."""
    match op:
        case Op.EXISTS:
            return _always(answer=value)
        case Op.IN:
            return Q(**{f"{field}__in": value})
        case Op.CONTAINS:
            return Q(**{f"{field}__contains": value})
        case Op.STARTS_WITH:
            return Q(**{f"{field}__startswith": value})
        case Op.EQ | Op.NE:
            return _compared(F(field), op, Value(value))
    return _compared(Collate(F(field), "C"), op, Value(value))


def _of_attribute(name: str, op: Op, value: Any) -> Q:
    match op:
        case Op.EXISTS:
            exists = _compared(_kind(name), Op.NE, Value("null"))  # NULL where it is missing
            return exists if value else _is_not_true(exists)
        case Op.EQ:
            return Q(attributes__contains={name: value})
        case Op.IN if len(value) <= MOST_BY_INDEX:
            return reduce(or_, (Q(attributes__contains={name: each}) for each in value))
        case Op.IN:
            values = Func(*map(_json, value), template="(ARRAY[%(expressions)s])")
            return Q(_boolean(_member(name), values, " = ANY "))
        case Op.CONTAINS:
            found = Func(_text(name), Value(value), function="strpos")
            return _is_kind(name, value) & _compared(found, Op.GT, Value(0))
        case Op.STARTS_WITH:
            found = Func(_text(name), Value(value), function="starts_with", output_field=BooleanField())
            return _is_kind(name, value) & Q(found)
    if isinstance(value, str) and op is not Op.NE:
        return _is_kind(name, value) & _compared(Collate(_text(name), "C"), op, Value(value))
    return _is_kind(name, value) & _compared(_member(name), op, _json(value))


def _member(name: str) -> Func:
    return Func(F("attributes"), Value(name), function="jsonb_object_field", output_field=JSONField())


def _text(name: str) -> Func:
    return Func(F("attributes"), Value(name), function="jsonb_object_field_text", output_field=TextField())


def _kind(name: str) -> Func:
    return Func(_member(name), function="jsonb_typeof", output_field=TextField())


def _is_kind(name: str, value: Any) -> Q:
    kind = {str: "string", bool: "boolean"}.get(type(value), "number")
    return _compared(_kind(name), Op.EQ, Value(kind))


def _json(value: Any) -> Value:
    return Value(value, JSONField())


def _compared(left: Expression | F, op: Op, right: Expression) -> Q:
    return Q(_boolean(left, right, f" {SQL[op]} "))


def _boolean(left: Expression | F, right: Expression, joiner: str) -> Func:
    return Func(left, right, template="(%(expressions)s)", arg_joiner=joiner, output_field=BooleanField())


def _always(*, answer: bool) -> Q:
    return Q(Value(answer, BooleanField()))


def _is_not_true(what: Q) -> Q:
    inner = ExpressionWrapper(what, BooleanField())
    return Q(Func(inner, template="((%(expressions)s) IS NOT TRUE)", output_field=BooleanField()))
