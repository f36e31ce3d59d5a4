"""The engine's statements use the indexes that their files name, on a queue of 100,000 messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from notification_service.delivery import database
from notification_service.delivery.database import statement
from notification_service.directory.models import Client
from notification_service.mailings.models import Batch, Gateway, Mailing, Message
from notification_service.mailings.sql import sql
from tests.factories import (
    make_clients_in_bulk,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

CLAIM: dict[str, Any] = {
    "limit": 1000,
    "slow_mailings": [],
    "hurry": [],
    "equal": 1000,
    "worker": "worker",
    "lease_seconds": 30,
    "deadline_guard_seconds": 0.2,
}

NOT_OF_PROBES = ("limit", "slow_mailings", "hurry", "equal")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Mailing]:
    """50,000 due messages of one mailing and 50,000 of ten others."""
    with django_db_blocker.unblock():
        make_clients_in_bulk(5_000)
        for _ in range(10):
            make_messages_in_bulk(make_running_mailing())
        make_clients_in_bulk(45_000)
        mailing = make_running_mailing()
        make_messages_in_bulk(mailing)
        execute(
            "ANALYZE directory_client, mailings_message, mailings_duemessage, mailings_mailing,"
            " mailings_batch"
        )
        yield mailing
        execute(
            "TRUNCATE directory_client, mailings_mailing, mailings_message, mailings_messagecount CASCADE"
        )


@pytest.fixture
def big_queue(filled: Mailing, db: None) -> Mailing:
    return filled


def execute(command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)


def scans(name: str, parameters: dict[str, Any]) -> set[tuple[str, str]]:
    """How the statement reads the messages and what is due: the kind of each scan, and its index."""
    with connection.cursor() as cursor:
        keys = {"gateway_id": Gateway.objects.get(name="main").pk}
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement(name).decode(), parameters | keys)
        [[[plan]]] = cursor.fetchall()
    return set(message_scans(plan["Plan"]))


def message_scans(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if (
        node.get("Relation Name") in ("mailings_message_p0", "mailings_duemessage")
        and "Scan" in node["Node Type"]
    ):
        yield node["Node Type"], node.get("Index Name", "").removesuffix("_p0")
    for child in node.get("Plans", []):
        yield from message_scans(child)


def test_the_claim_reads_due_messages_through_the_index(big_queue: Mailing) -> None:
    used = scans("claim", CLAIM)
    assert {index for _, index in used} == {"due_of_mailing", "mailings_message_pkey"}


def test_the_claim_reads_only_the_rows_of_the_claimed_messages(big_queue: Mailing) -> None:
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement("claim").decode()
        cursor.execute(explain, CLAIM | {"gateway_id": Gateway.objects.get(name="main").pk})
        [[[plan]]] = cursor.fetchall()
    rows = [node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan["Plan"])]
    assert max(rows) <= 11 * 1000


def test_a_claim_with_a_preference_reads_only_what_it_takes(big_queue: Mailing) -> None:
    """Although it goes through the mailings one by one, and begins with the largest."""
    others = Mailing.objects.exclude(pk=big_queue.pk).values_list("pk", flat=True)
    preferring = CLAIM | {"hurry": [big_queue.pk, *others], "equal": 20}
    assert {index for _, index in scans("claim", preferring)} == {"due_of_mailing", "mailings_message_pkey"}
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement("claim").decode()
        cursor.execute(explain, preferring | {"gateway_id": Gateway.objects.get(name="main").pk})
        [[[plan]]] = cursor.fetchall()
    rows = [node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan["Plan"])]
    assert max(rows) <= 2 * 1000


def test_a_probe_is_found_through_the_index(big_queue: Mailing) -> None:
    used = scans("claim_probe", {name: CLAIM[name] for name in CLAIM if name not in NOT_OF_PROBES})
    expected = {"due_of_mailing", "mailings_duemessage_pkey", "mailings_message_pkey"}
    assert {index for _, index in used} == expected


def test_a_probe_is_chosen_among_a_few_hundred_messages_of_each_mailing(big_queue: Mailing) -> None:
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement("claim_probe").decode()
        cursor.execute(explain, CLAIM | {"gateway_id": Gateway.objects.get(name="main").pk})
        [[[plan]]] = cursor.fetchall()
    rows = [node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan["Plan"])]
    assert max(rows) <= 11 * 200


SINGLES = """
WITH message AS (
  INSERT INTO mailings_message (queue, client_id, status, attempts, created_at, next_attempt_at)
  SELECT 0, id, 'pending', 0, now(), now() - interval '1 hour' FROM directory_client ORDER BY id LIMIT 5000
  RETURNING id
)
INSERT INTO mailings_singlemessage (message_id, text, end_at)
SELECT id, 'x', now() + interval '1 day' FROM message
"""


def test_single_messages_are_claimed_through_the_indexes_and_no_others_are_read(big_queue: Mailing) -> None:
    execute(SINGLES)
    execute("ANALYZE mailings_singlemessage")
    which = {"limit": 80, "looked_at": 80, "is_probe": False}
    used = scans("claim_single", CLAIM | which)
    assert {index for _, index in used} == {"due_of_mailing", "mailings_message_pkey"}
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement("claim_single").decode()
        keys = {"gateway_id": Gateway.objects.get(name="main").pk}
        cursor.execute(explain, CLAIM | which | keys)
        [[[plan]]] = cursor.fetchall()
    rows = [node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan["Plan"])]
    assert max(rows) <= 3 * 80


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


def test_a_success_is_recorded_by_the_primary_key(big_queue: Mailing) -> None:
    ids = list(Message.objects.values_list("id", flat=True)[:1000])
    used = scans("record_sent", {"partition": 0, "ids": ids, "sent_at": [0.0] * len(ids)})
    assert used == {("Index Scan", "mailings_message_pkey")}


def test_a_success_with_what_it_leaves_is_recorded_by_the_primary_key(big_queue: Mailing) -> None:
    ids = list(Message.objects.values_list("id", flat=True)[:1000])
    of_rows = {"ids": ids, "sent_at": [0.0] * len(ids), "provider_ids": ["x"] * len(ids)}
    used = scans(
        "record_sent_with_more", {"partition": 0, "is_named_in_receipts": True, "texts": "[]", **of_rows}
    )
    assert used == {("Index Scan", "mailings_message_pkey")}


@pytest.mark.parametrize("name", ["known", "record"])
def test_receipts_find_their_messages_by_the_primary_keys(big_queue: Mailing, name: str) -> None:
    ids = list(Message.objects.values_list("id", flat=True)[:1000])
    of_rows = {"deliveries": ["delivered"] * 1000, "at": [now()] * 1000, "reasons": [""] * 1000}
    parameters: dict[str, Any] = {"ids": ids, "gateway_id": 1, "partition": 0, **of_rows}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.text(f'receipts/{name}')}", parameters)
        [[[plan]]] = cursor.fetchall()
    kinds = {kind for kind, _ in message_scans(plan["Plan"])}
    indexes = {index for _, index in message_scans(plan["Plan"])} - {""}
    assert "Seq Scan" not in kinds
    assert indexes <= {"mailings_message_pkey", "mailings_duemessage_pkey"}


def test_other_outcomes_are_recorded_by_the_primary_key(big_queue: Mailing) -> None:
    ids = list(Message.objects.values_list("id", flat=True)[:1000])
    columns = [
        "batch_ids",
        "statuses",
        "next_attempt_at",
        "reasons",
        "reason_numbers",
        "reason_texts",
        "uncharged",
        "attempt_outcomes",
        "at",
        "http_statuses",
        "responses",
        "retry_at",
        "timezones",
        "hours_versions",
    ]
    used = scans(
        "record_not_sent", {"partition": 0, "ids": ids} | {column: [None] * len(ids) for column in columns}
    )
    assert used == {("Index Scan", "mailings_message_pkey")}


def test_a_rescue_finds_the_messages_by_the_primary_key(big_queue: Mailing) -> None:
    ids = list(Message.objects.values_list("id", flat=True)[:1000])
    Batch.objects.create(claimed_by="worker", lease_expires_at=now(), message_ids=ids)
    execute("ANALYZE mailings_batch")
    assert scans("rescue", {"batches": 20}) == {("Index Scan", "mailings_message_pkey")}


def test_a_page_of_messages_of_a_mailing_is_read_through_an_index(big_queue: Mailing) -> None:
    page = Message.objects.filter(mailing=big_queue, id__gt=1000).order_by("id")[:100]
    assert "message_of_mailing" in page.explain()


def test_a_page_of_messages_of_a_client_is_read_through_an_index(big_queue: Mailing) -> None:
    client = Client.objects.order_by("id")[0]
    assert "message_of_client" in Message.objects.filter(client=client).order_by("id")[:100].explain()


def test_a_page_of_messages_with_an_error_is_read_through_an_index(big_queue: Mailing) -> None:
    troubles = Message.objects.filter(mailing=big_queue, **http_status(400).columns).order_by("id")[:100]
    assert "message_reason" in troubles.explain()


@pytest.mark.parametrize("of", ["one", "all"])
@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_a_page_of_undelivered_messages_is_read_through_an_index(
    big_queue: Mailing, of: str, status: str
) -> None:
    messages = Message.objects.filter(mailing=big_queue) if of == "one" else Message.objects.all()
    page = messages.filter(undelivered=status).order_by("-id")[:100]
    assert "message_undelivered" in page.explain()


def test_every_sql_file_begins_with_a_comment() -> None:
    files = sorted((Path(database.__file__).parent / "sql").glob("*.sql"))
    assert [file.name for file in files if not file.read_text().startswith("-- ")] == []
