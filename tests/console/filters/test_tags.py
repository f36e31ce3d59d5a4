"""Tags are typed with commas between, and chosen from those that clients have."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notification_service.console.filters.tag_suggestions import common_tags
from notification_service.console.parts.tag_list import last_entry, read_tags, written_tags
from notification_service.directory.models import Client
from tests.factories import make_client, make_clients_in_bulk


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" , ;\n", []),
        ("vip", ["vip"]),
        ("vip, new;old\nVIP , vip", ["vip", "new", "old", "VIP"]),
        ('"VIP club, east", new', ["VIP club, east", "new"]),
        ('" kept ", "he said ""no"""', [" kept ", 'he said "no"']),
        ('5" nails, "a" b, "open', ['5" nails', '"a" b', '"open']),
    ],
)
def test_a_field_of_tags_is_read(text: str, tags: list[str]) -> None:
    assert read_tags(text) == tags
    assert read_tags(written_tags(tags)) == tags


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "")),
        ("vi", ("", "vi")),
        ("vip,", ("vip,", "")),
        ("vip, ", ("vip,", "")),
        ("vip, ne", ("vip,", "ne")),
        ('"a, b", c', ('"a, b",', "c")),
    ],
)
def test_the_tag_that_is_being_typed_is_the_last_one(text: str, parts: tuple[str, str]) -> None:
    before, typed = last_entry(text)
    assert (before.strip(), typed) == parts


def offered(operator: Browser, typed: str) -> list[tuple[str, int, str]]:
    found = operator.get(reverse("console:tags"), {"tags": typed}).context["suggestions"]
    return [(each.tag, each.clients, each.field) for each in found]


@pytest.fixture
def clients(db: None) -> None:
    for tag in ("VIP", "VIP", "vip club", "new, east", "", "gone"):
        make_client(tag=tag)
    Client.objects.filter(tag="gone").update(phone=None, deleted_at="2026-01-01T00:00Z")


@pytest.mark.usefixtures("clients")
def test_tags_that_clients_have_are_offered_whatever_their_capitals(operator: Browser) -> None:
    assert offered(operator, "vip") == [("VIP", 2, "VIP, "), ("vip club", 1, "vip club, ")]
    assert offered(operator, "EAST") == [("new, east", 1, '"new, east", ')]
    assert offered(operator, "gone") == []


@pytest.mark.usefixtures("clients")
def test_a_tag_that_is_chosen_already_is_not_offered(operator: Browser) -> None:
    assert offered(operator, "VIP; v") == [("vip club", 1, "VIP, vip club, ")]
    assert [tag for tag, *_ in offered(operator, "")] == ["VIP", "new, east", "vip club"]


@pytest.mark.django_db(transaction=True)
def test_common_tags_are_counted_without_a_scan_of_the_clients() -> None:
    make_clients_in_bulk(20_000)
    for _ in range(9):
        make_client(tags=["vip", "new"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE directory_client")
    with CaptureQueriesContext(connection) as queries:
        assert common_tags() == [("new", 9), ("vip", 9)]
    (counted,) = [query["sql"] for query in queries if "directory_client" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {counted}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using client_reach" in plan
    assert "Bitmap Index Scan on client_tags" in plan
    assert "Seq Scan" not in plan
