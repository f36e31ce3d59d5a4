"""Filters in the API: of mailings and of counts, with pointers to whatever is wrong."""

from typing import Any

import pytest

from notification_service.mailings import counting
from notification_service.mailings.models import Mailing
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.api.test_gateways import person
from tests.factories import make_client, make_mailing, make_message

pytestmark = pytest.mark.django_db

LEAF = {"field": "attributes.age", "op": "gte", "value": 18}
FILTER = {
    "operator_codes": ["916"],
    "where": {"any": [LEAF, {"not": {"field": "tags", "op": "in", "value": ["vip"]}}]},
    "exclude": {
        "tags": [""],
        "where": {"field": "created_at", "op": "lt", "value": "2020-01-01T00:00:00+00:00"},
    },
}


def nested(levels: int) -> dict[str, Any]:
    return LEAF if levels == 1 else {"not": nested(levels - 1)}


def deep_in_groups(levels: int) -> dict[str, Any]:
    return {**LEAF, "op": "in", "value": [1]} if levels == 1 else {"any": [deep_in_groups(levels - 1)]}


def test_a_mailing_keeps_its_conditions_and_whom_it_excludes(api: Api) -> None:
    body = body_of(api.post("/api/mailings/", mailing_body(filter=FILTER)))
    assert body["filter"] == FILTER
    path = f"/api/mailings/{body['id']}/"
    assert body_of(api.get(path))["filter"] == FILTER
    assert body_of(api.patch(path, {"filter": {"where": LEAF}}))["filter"] == {"where": LEAF}
    assert body_of(api.patch(path, {"text": "Bye"}))["filter"] == {"where": LEAF}
    assert Mailing.objects.get().exclude is None


@pytest.mark.parametrize(
    ("found", "pointer"),
    [
        ({"where": {"any": [LEAF, LEAF | {"op": "like"}]}}, "#/filter/where/any/1/op"),
        ({"where": LEAF | {"field": "age"}}, "#/filter/where/field"),
        ({"where": {"all": [LEAF] * 101}}, "#/filter/where/all/100"),
        ({"where": nested(7)}, "#/filter/where" + "/not" * 6),
        ({"exclude": {"where": deep_in_groups(7)}}, "#/filter/exclude/where" + "/any/0" * 6),
        ({"where": LEAF | {"value": "x" * 1_000_000}}, "#/filter/where/value"),
        ({"where": LEAF | {"value": "a\x00"}}, "#/filter/where/value"),
        ({"where": {"field": "tags", "op": "eq", "value": "a\nb"}}, "#/filter/where/value"),
        ({"outcome_of": {"mailing": 2**60}}, "#/filter/outcome_of/mailing"),
        ({"exclude": {"outcome_of": {"mailing": 2**60}}}, "#/filter/exclude/outcome_of/mailing"),
        ({"exclude": {}}, "#/filter/exclude"),
        ({"theme": "x"}, "#/filter/theme"),
    ],
)
def test_a_filter_that_is_wrong_is_refused_with_a_pointer_wherever_it_is_sent(
    api: Api, found: dict[str, Any], pointer: str
) -> None:
    mailing = make_mailing()
    for answer in (
        api.post("/api/mailings/", mailing_body(filter=found)),
        api.patch(f"/api/mailings/{mailing.pk}/", {"filter": found}),
        api.post("/api/segments/", {"name": "a", "filter": found}),
    ):
        assert (answer.status_code, [*errors_of(answer)]) == (400, [pointer])
    counted = api.post("/api/mailings/audience/", found)
    assert [*errors_of(counted)] == [pointer.replace("/filter", "", 1)]
    assert Mailing.objects.count() == 1


def test_a_number_that_is_infinite_is_refused_with_a_pointer(api: Api) -> None:
    body = b'{"where": {"field": "attributes.age", "op": "gt", "value": 1e999}}'
    assert [*errors_of(api.post("/api/mailings/audience/", body))] == ["#/where/value"]


def test_an_audience_is_counted_less_those_who_got_another_mailing(reader: Api) -> None:
    other = make_mailing()
    _adult, child, told = (make_client(attributes={"age": age}) for age in (18, 17, 40))
    make_message(other, told, status="sent")
    make_message(other, child, status="failed")
    exclude = {"outcome_of": {"mailing": other.pk, "statuses": ["sent"]}}
    for found, clients in (
        ({"where": LEAF}, 2),
        ({"where": LEAF, "exclude": exclude}, 1),
        ({"exclude": exclude}, 2),
        ({"exclude": {**exclude, "where": LEAF}}, 2),
        ({"exclude": {**exclude, "where": {"not": LEAF}}}, 3),
    ):
        assert body_of(reader.post("/api/mailings/audience/", found))["clients"] == clients, found


def test_a_count_that_takes_too_long_is_refused_in_a_sentence(
    reader: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNT_SECONDS", 0.001)
    for n in range(200):
        make_client(attributes={str(k): n for k in range(20)})
    parts = [{"field": f"attributes.{n % 20}", "op": "lt", "value": 100 + n} for n in range(100)]
    answer = reader.post("/api/mailings/audience/", {"where": {"any": parts}, "exclude": {"tags": ["x"]}})
    assert answer.status_code == 503
    assert body_of(answer)["detail"].startswith("Counting took longer than")
    assert answer["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("op", "value", "status"),
    [
        ("eq", "79161234567", 200),
        ("in", ["79161234567"], 200),
        ("starts_with", "7916", 200),
        ("starts_with", "79161", 400),
        ("contains", "23", 400),
        ("lt", "79161234567", 400),
        ("gte", "7916", 400),
    ],
)
def test_a_count_tells_nobody_the_digits_that_are_masked_for_them(op: str, value: Any, status: int) -> None:
    compared = {"not": {"field": "phone", "op": op, "value": value}}
    viewer, operator = person("viewer"), person("operator")
    for found, pointer in (
        ({"where": compared}, "#/where"),
        ({"exclude": {"where": compared}}, "#/exclude/where"),
    ):
        answer = viewer.post("/api/mailings/audience/", found)
        assert answer.status_code == status
        assert status == 200 or [*errors_of(answer)] == [pointer]
        assert operator.post("/api/mailings/audience/", found).status_code == 200
