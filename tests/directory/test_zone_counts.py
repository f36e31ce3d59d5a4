"""The count of clients by time zone, which triggers keep, is what counting them would say."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.directory.changes import erase_client
from notification_service.directory.models import Client
from notification_service.directory.zone_counts import zone_counts
from tests.factories import make_client, make_clients_in_bulk

pytestmark = pytest.mark.django_db


def counted() -> dict[str, int]:
    return dict(Counter(Client.objects.alive().values_list("timezone", flat=True)))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        lambda: make_client(timezone="Asia/Omsk"),
        lambda: make_clients_in_bulk(100),
        lambda: erase_client(Client.objects.order_by("pk")[0].pk),
        lambda: run("UPDATE directory_client SET timezone = 'Asia/Omsk' WHERE id % 2 = 0"),
        lambda: run("UPDATE directory_client SET tags = '{vip}'"),
        lambda: run("UPDATE directory_client SET timezone = 'Asia/Omsk', deleted_at = now(), phone = NULL"),
        lambda: run("DELETE FROM directory_client WHERE id % 2 = 0"),
        lambda: run("DELETE FROM directory_client"),
    ],
)
def test_the_count_follows_whatever_changes_clients(change: Callable[[], Any]) -> None:
    make_clients_in_bulk(20)
    make_client(timezone="Asia/Tokyo")
    change()
    assert zone_counts() == counted()


def test_a_change_that_is_undone_is_not_counted() -> None:
    make_clients_in_bulk(3)
    run("SAVEPOINT before")
    make_clients_in_bulk(5)
    run("ROLLBACK TO SAVEPOINT before")
    assert zone_counts() == counted() == {"Europe/Moscow": 3}


INSERT = """
INSERT INTO directory_client (phone, operator_code, timezone, attributes, created_at, updated_at)
VALUES (%s, '900', 'Europe/Moscow', '{}', now(), now())
"""


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_both_counted_and_do_not_wait_for_each_other() -> None:
    make_client()
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters) as one, psycopg.connect(**parameters) as other:
        other.execute("SET lock_timeout = '5s'")
        one.execute(INSERT, ["79000000001"])
        other.execute(INSERT, ["79000000002"])
        other.commit()
        assert zone_counts() == {"Europe/Moscow": 2}
        one.commit()
    assert zone_counts() == counted() == {"Europe/Moscow": 3}
