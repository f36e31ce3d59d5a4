"""Which comparisons an index serves, on 20,000 clients: docs/decisions/0046."""

from typing import Any

import pytest
from django.db import connection

from notification_service.directory.filter_query import clients_matching
from notification_service.directory.filters import read_filter
from notification_service.directory.models import Client
from tests.factories import make_clients_in_bulk

pytestmark = pytest.mark.django_db


def plan_of(found: dict[str, Any]) -> str:
    clients = clients_matching(read_filter(found), segments={}, messages_of=lambda outcome: None)
    return clients.values("id").explain()


@pytest.fixture
def many_clients() -> None:
    make_clients_in_bulk(20_000)
    Client.objects.filter(pk__in=Client.objects.order_by("pk").values("pk")[:20]).update(
        attributes={"city": "Kazan", "age": 30}
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_client")


def test_equality_of_attributes_and_parts_of_phones_are_found_by_an_index(many_clients: None) -> None:
    served = [
        ("attributes.city", "eq", "Kazan", "client_attributes"),
        ("attributes.age", "eq", 30, "client_attributes"),
        ("attributes.city", "in", ["Kazan", "Omsk"], "client_attributes"),
        ("phone", "eq", "79000000001", "phone"),
        ("phone", "in", ["79000000001", "79000000002"], "phone"),
        ("phone", "starts_with", "7900000000", "phone"),
    ]
    for field, op, value, index in served:
        plan = plan_of({"where": {"field": field, "op": op, "value": value}})
        assert index in plan, (field, op)
        assert "Seq Scan" not in plan, (field, op)


def test_an_index_is_used_beside_many_comparisons_that_have_none(many_clients: None) -> None:
    ranges = [{"field": "attributes.age", "op": "gt", "value": value} for value in range(20)]
    plan = plan_of({"where": {"all": [*ranges, {"field": "attributes.city", "op": "eq", "value": "Kazan"}]}})
    assert "client_attributes" in plan
    assert "Seq Scan" not in plan
