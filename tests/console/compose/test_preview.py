"""What a mailing would do: to how many, when, and who is left out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notification_service.console.compose.preview import preview
from tests.factories import make_client, make_clients_in_bulk


@pytest.mark.django_db
def test_the_summary_counts_the_audience_and_the_clients_left_out() -> None:
    now = timezone.now().replace(microsecond=0)
    local = (now + timedelta(hours=3)).time()  # in Moscow
    window = {"window_from": local.replace(second=0), "window_to": (now + timedelta(hours=4)).time()}
    for zone in ("Etc/GMT-3", "Etc/GMT-3", "Etc/GMT-12"):
        make_client(timezone=zone)
    found = preview(
        {"text": "Ж" * 71, "operator_codes": [], "tags": [], "start_at": now}
        | {"end_at": now + timedelta(hours=2)}
        | window
    )
    assert (found.clients, found.zones, found.unreachable) == (3, 2, 1)
    assert found.short_messages == 4
    assert found.first_zone == "Etc/GMT-3"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chosen", [{"tags": [""]}, {"operator_codes": ["900"]}, {}])
def test_an_audience_is_counted_without_a_scan_of_the_clients(chosen: dict[str, list[str]]) -> None:
    make_clients_in_bulk(20_000)
    now = timezone.now()
    fields = {"text": "x", "start_at": now, "end_at": now + timedelta(days=1)}
    fields |= {"operator_codes": [], "tags": [], "window_from": None, "window_to": None, **chosen}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE directory_client")
    with CaptureQueriesContext(connection) as queries:
        found = preview(fields)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert (found.clients, len(queries)) == (20_000, 1)
    assert "Index Only Scan using client_reach" in plan
