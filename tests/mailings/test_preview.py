"""What a mailing would do: to how many, when, and who is left out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing
from notification_service.mailings.preview import clients_and_excluded, preview
from notification_service.mailings.reach import audience_by_zone
from tests.factories import consent, make_client, make_clients_in_bulk, opt_out


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
    assert (found.sms.total, found.sms.encoding) == (4, "UCS-2")
    assert found.first_zone == "Etc/GMT-3"


@pytest.mark.django_db
def test_the_summary_counts_who_opted_out_and_who_has_not_consented() -> None:
    clients = [make_client() for _ in range(4)]
    opt_out(clients[0].phone, "offers")
    consent(clients[1].phone)
    now = timezone.now()
    fields = {"text": "x", "operator_codes": [], "tags": [], "topic": "offers", "requires_consent": True}
    found = preview(fields | {"start_at": now, "end_at": now + timedelta(hours=2)})
    assert (found.clients, found.excluded) == (1, {"opted_out": 1, "no_consent": 2, "no_value": 0})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chosen", [{"tags": ["", "vip"]}, {"operator_codes": ["900"]}])
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
        [count] = [query["sql"] for query in queries if "directory_client" in query["sql"]]
        cursor.execute(f"EXPLAIN {count}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert (found.clients, len(queries)) == (20_000, 3)
    assert "Index Only Scan using client_reach" in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db
def test_all_clients_are_counted_without_a_look_at_them() -> None:
    make_clients_in_bulk(3)
    now = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        found = preview({"text": "x", "start_at": now, "end_at": now + timedelta(days=1)})
    assert found.clients == 3
    assert not [query for query in queries if "directory_client" in query["sql"]]


@pytest.mark.django_db
def test_who_opted_out_is_left_out_of_the_count_of_all_by_zone() -> None:
    make_clients_in_bulk(3)
    opt_out(make_client(timezone="Asia/Omsk").phone)
    opt_out(Client.objects.filter(timezone="Europe/Moscow")[0].phone, "offers")
    opt_out("79009999999")  # who is no client
    now = timezone.now()
    mailing = Mailing(text="x", topic="offers", start_at=now, end_at=now + timedelta(days=1))
    zones, excluded = clients_and_excluded(mailing)
    assert (zones, excluded["opted_out"]) == ({"Europe/Moscow": 2}, 2)
    assert audience_by_zone(mailing) == zones
