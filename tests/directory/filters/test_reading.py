"""Whatever is wrong with a filter is named, with its place; what is written means the same again."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from notification_service.directory.filters import InvalidFilter, read_filter
from notification_service.directory.filters.filter import OUTCOMES
from notification_service.mailings.models import Message
from tests.depth import IS_DEEP, examples
from tests.directory.filters.strategies import filters

LEAF = {"field": "attributes.age", "op": "eq", "value": 1}


def compared(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"where": {"field": field, "op": op, "value": value}}


def nested(levels: int) -> dict[str, Any]:
    return LEAF if levels == 1 else {"not": nested(levels - 1)}


def places(found: Any) -> list[str]:
    with pytest.raises(InvalidFilter) as refusal:
        read_filter(found)
    return ["/".join(map(str, place)) for place, _ in refusal.value.faults]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], [""]),
        ({"tag": ["vip"]}, ["tag"]),
        ({"operator_codes": [], "tags": "vip"}, ["operator_codes", "tags"]),
        ({"where": None}, ["where"]),
        ({"where": {}}, ["where/field", "where/op", "where/value"]),
        ({"where": {"all": []}}, ["where/all"]),
        ({"where": {"any": LEAF}}, ["where/any"]),
        ({"where": {"all": [LEAF], "any": [LEAF]}}, ["where/any"]),
        ({"where": {"not": [LEAF]}}, ["where/not"]),
        ({"where": {"any": [LEAF, LEAF | {"op": "like"}]}}, ["where/any/1/op"]),
        ({"where": {"any": [LEAF, LEAF | {"field": "age"}]}}, ["where/any/1/field"]),
        ({"where": LEAF | {"field": "attributes."}}, ["where/field"]),
        ({"where": LEAF | {"field": "attributes." + "x" * 256}}, ["where/field"]),
        ({"where": LEAF | {"field": ["phone"]}}, ["where/field"]),
        ({"where": LEAF | {"op": None}}, ["where/op"]),
        ({"where": LEAF | {"case": "no"}}, ["where/case"]),
        (compared("tags", "ne", "vip"), ["where/op"]),
        (compared("tags", "eq", ""), ["where/value"]),
        (compared("tags", "eq", "a\nb"), ["where/value"]),
        (compared("tags", "in", ["vip", "x" * 256]), ["where/value/1"]),
        (compared("created_at", "contains", "2030"), ["where/op"]),
        (compared("created_at", "gte", "2030-01-01T00:00:00"), ["where/value"]),
        (compared("created_at", "gte", 5), ["where/value"]),
        (compared("phone", "eq", 79161234567), ["where/value"]),
        (compared("attributes.age", "lt", True), ["where/value"]),
        (compared("attributes.age", "eq", None), ["where/value"]),
        (compared("attributes.age", "eq", {"a": 1}), ["where/value"]),
        (compared("attributes.age", "contains", 1), ["where/value"]),
        (compared("attributes.age", "exists", "yes"), ["where/value"]),
        (compared("attributes.age", "in", []), ["where/value"]),
        (compared("attributes.age", "in", [1] * 1001), ["where/value"]),
        (compared("attributes.age", "in", [1, [2]]), ["where/value/1"]),
        (compared("attributes.age", "gt", math.nan), ["where/value"]),
        (compared("attributes.age", "gt", math.inf), ["where/value"]),
        (compared("attributes.age", "eq", 2**63 + 1), ["where/value"]),
        (compared("attributes.age", "eq", -(10**400)), ["where/value"]),
        (compared("attributes.name", "eq", "x" * 1_000_000), ["where/value"]),
        (compared("attributes.name", "eq", "a\x00"), ["where/value"]),
        ({"segment": ""}, ["segment"]),
        ({"segment": "x" * 65}, ["segment"]),
        ({"segment": "a\nb"}, ["segment"]),
        ({"segment": 1}, ["segment"]),
        (
            {"outcome_of": {"mailing": 0, "statuses": ["read"]}},
            ["outcome_of/mailing", "outcome_of/statuses/0"],
        ),
        ({"outcome_of": {"mailing": 1, "statuses": ["sent"] * 6}}, ["outcome_of/statuses"]),
        ({"exclude": {}}, ["exclude"]),
        ({"exclude": {"exclude": {"tags": ["vip"]}}}, ["exclude/exclude"]),
        ({"exclude": {"where": {"not": LEAF | {"op": "is"}}}}, ["exclude/where/not/op"]),
    ],
)
def test_a_filter_that_is_wrong_is_refused_with_the_places(found: Any, expected: list[str]) -> None:
    assert places(found) == expected


def test_a_condition_has_six_levels_at_most() -> None:
    assert read_filter({"where": nested(6)}).as_json() == {"where": nested(6)}
    assert places({"where": nested(7)}) == ["where" + "/not" * 6]


def test_a_filter_has_a_hundred_comparisons_at_most_with_those_that_it_excludes() -> None:
    assert read_filter({"where": {"all": [LEAF] * 100}}).where
    assert places({"where": {"all": [LEAF] * 102}}) == ["where/all/100"]
    half = {"all": [LEAF] * 50}
    assert read_filter({"where": half, "exclude": {"where": half}}).exclude
    assert places({"where": half, "exclude": {"where": {"all": [LEAF] * 51}}}) == ["exclude/where/all/50"]


def test_texts_that_look_equal_are_equal_in_a_filter() -> None:
    written = compared("attributes.na\u00adme", "in", ["e\u0308", "ё", "\u0435\u0308", True, 1, 1.0])
    assert read_filter(written).as_json() == compared("attributes.name", "in", ["ë", "ё", True, 1])


def test_a_time_in_a_filter_is_kept_in_utc() -> None:
    written = compared("created_at", "lt", "2030-01-01T03:00+03:00")
    assert read_filter(written).as_json() == compared("created_at", "lt", "2030-01-01T00:00:00+00:00")


def test_a_filter_knows_what_becomes_of_messages() -> None:
    assert {*OUTCOMES} == {*Message.OUTCOMES}


@settings(
    max_examples=examples(30),
    deadline=None,
    derandomize=not IS_DEEP,
    suppress_health_check=list(HealthCheck),
)
@given(filters())
def test_a_filter_that_was_written_is_read_as_the_same(found: dict[str, Any]) -> None:
    once = read_filter(found)
    assert read_filter(json.loads(json.dumps(once.as_json()))) == once
