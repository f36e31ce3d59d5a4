"""A filter finds exactly the clients that its rules name, whatever its names and values are."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notification_service.directory.filter_query import clients_matching
from notification_service.directory.filters import read_filter
from notification_service.directory.models import Client
from tests.depth import IS_DEEP, examples
from tests.directory.filters.plain_reading import matches
from tests.directory.filters.strategies import PHONES, clients, filters
from tests.factories import make_client

pytestmark = pytest.mark.django_db


def matching(found: dict[str, Any], **segments: dict[str, Any]) -> set[int]:
    known = {name: read_filter(segment) for name, segment in segments.items()}
    clients = clients_matching(read_filter(found), segments=known, messages_of=lambda outcome: None)
    return set(clients.values_list("pk", flat=True))


def repeated(found: dict[str, Any]) -> dict[str, Any]:
    """The same, with so many comparisons that its attributes are taken out of the row."""
    where = found.get("where")
    return {**found, "where": {"any": [where, where, {"not": {"not": where}}]}} if where else found


@settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=not IS_DEEP,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(clients(), min_size=1, max_size=len(PHONES)), st.lists(filters(), min_size=1, max_size=4))
def test_a_filter_finds_the_clients_that_a_plain_reading_of_its_rules_finds(
    rows: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    Client.objects.all().delete()
    present = Client.objects.bulk_create(
        [Client(phone=phone, **row) for phone, row in zip(PHONES, rows, strict=False)]
    )
    for found in asked:
        expected = {client.pk for client in present if matches(found, client)}
        assert matching(found) == matching(repeated(found)) == expected, found


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("eq", 10, ["number"]),
        ("eq", "10", ["text"]),
        ("eq", True, ["true"]),
        ("ne", 9, ["number"]),
        ("ne", "9", ["text"]),
        ("ne", False, ["true"]),
        ("in", [10, "10"], ["number", "text"]),
        ("lt", 9.5, []),
        ("lt", "9", ["text"]),
        ("gte", 10.0, ["number"]),
        ("contains", "0", ["text"]),
        ("exists", True, ["number", "text", "true"]),
        ("exists", False, ["missing", "null"]),
    ],
)
def test_an_attribute_compares_with_values_of_its_own_type_alone(
    op: str, value: Any, expected: list[str]
) -> None:
    of = {"number": {"x": 10}, "text": {"x": "10"}, "true": {"x": True}, "null": {"x": None}, "missing": {}}
    names = {make_client(attributes=attributes).pk: name for name, attributes in of.items()}
    found = {"where": {"field": "attributes.x", "op": op, "value": value}}
    assert sorted(names[pk] for pk in matching(found)) == expected
    assert matching(repeated(found)) == matching(found)


def test_not_finds_those_who_lack_the_attribute_as_well() -> None:
    lacking, other = make_client(), make_client(attributes={"x": 2})
    make_client(attributes={"x": 1})
    assert matching({"where": {"not": {"field": "attributes.x", "op": "eq", "value": 1}}}) == {
        lacking.pk,
        other.pk,
    }


@pytest.mark.parametrize("values", [1, 19, 21, 1000])
def test_one_of_many_values_is_found_as_one_of_few(values: int) -> None:
    last, zero = make_client(attributes={"x": values - 1}), make_client(attributes={"x": "v0"})
    make_client(attributes={"x": values})
    wanted = ["v0", *range(1, values)] if values > 1 else ["v0"]
    found = matching({"where": {"field": "attributes.x", "op": "in", "value": wanted}})
    assert found == ({last.pk, zero.pk} if values > 1 else {zero.pk})


INJECTIONS = [
    "x' OR true --",
    "x'; DROP TABLE directory_client; --",
    'x"; DROP TABLE directory_client; --',
    "x\\'; SELECT 1; --",
    "%s",
    "%(x)s",
    "%",
    "$1",
    "{x}",
    "a__gt",
    "x->>'y'",
    '"] == "1',
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_name_or_a_value_that_looks_like_sql_is_a_name_or_a_value(text: str) -> None:
    client = make_client(attributes={text: text}, tag=text)
    make_client(attributes={"x": "y"})
    field = f"attributes.{text}"
    for op, value in [
        *((op, text) for op in ("eq", "lte", "gte", "contains", "starts_with")),
        ("in", [text]),
        ("in", [text, *map(str, range(30))]),
        ("exists", True),
        ("ne", "another"),
    ]:
        found = {"where": {"field": field, "op": op, "value": value}}
        assert matching(found) == matching(repeated(found)) == {client.pk}, op
    assert matching({"where": {"field": "tags", "op": "eq", "value": text}}) == {client.pk}
    assert matching({"tags": [text]}) == {client.pk}
    assert matching({"segment": "s"}, s={"tags": [text]}) == {client.pk}
    for column in ("phone", "timezone", "operator_code"):
        for op in ("eq", "lt", "contains", "starts_with"):
            matching({"where": {"field": column, "op": op, "value": text}})
    assert Client.objects.count() == 2


@pytest.mark.parametrize("text", ["a%", "a_", "a\\"])
def test_what_like_takes_for_a_pattern_is_text(text: str) -> None:
    client = make_client(timezone="UTC")
    for op in ("contains", "starts_with"):
        assert matching({"where": {"field": "phone", "op": op, "value": "_"}}) == set()
        assert matching({"where": {"field": "phone", "op": op, "value": text}}) == set()
    assert matching({"where": {"field": "phone", "op": "starts_with", "value": ""}}) == {client.pk}


def test_a_segment_is_what_its_filter_is_through_others_as_well() -> None:
    wanted = make_client(tag="vip", operator_code="900")
    make_client(tag="vip", operator_code="901")
    make_client(tag="new", operator_code="900")
    segments: dict[str, dict[str, Any]] = {
        "outer": {"segment": "inner", "operator_codes": ["900"]},
        "inner": {"exclude": {"segment": "new"}},
        "new": {"tags": ["new"]},
    }
    assert matching({"segment": "outer"}, **segments) == {wanted.pk}


def test_nobody_matches_what_cannot_be_known_and_whoever_might_be_excluded_by_it_is() -> None:
    gone = {"outcome_of": {"mailing": 1}}
    make_client(tag="vip")
    other = make_client()
    assert matching(gone) == matching({"segment": "gone"}) == set()
    assert matching({"exclude": gone}) == matching({"exclude": {"segment": "gone"}}) == set()
    assert matching({"exclude": {**gone, "tags": ["vip"]}}) == {other.pk}
    assert matching({"exclude": {"segment": "s"}}, s={"exclude": gone}) == set()
