"""Large mailings have partitions of the messages' table to themselves, and are removed with them at once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection

from notification_service.mailings import audience, partitions, stats
from notification_service.mailings.audience import build_audience
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.models import Attempt, DueMessage, Mailing, Message
from notification_service.mailings.settlement import settle
from tests.factories import make_attempt, make_client, make_message, make_messages, make_running_mailing, now
from tests.mailings.test_stats import WRONG

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def build(**fields: Any) -> Mailing:
    mailing = make_running_mailing(**{"started_at": now(), "audience_built_at": None} | fields)
    build_audience(mailing.pk)
    mailing.refresh_from_db()
    return mailing


@pytest.fixture
def every_mailing_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "OWN_FROM_MESSAGES", 0)


@pytest.fixture
def rows_may_not_be_deleted() -> Iterator[None]:
    """By a statement, as a chunk does it."""
    execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'deleted'; END $$;
        CREATE TRIGGER refuse BEFORE DELETE ON mailings_message FOR EACH ROW EXECUTE FUNCTION refuse()
        """
    )
    yield
    execute("DROP FUNCTION refuse CASCADE")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def where(mailing: Mailing) -> set[int]:
    return set(Message.objects.filter(mailing=mailing).values_list("partition", flat=True))


def messages_left() -> Counter[int]:
    return Counter(Message.objects.values_list("mailing_id", flat=True))


# which partition


def test_a_small_mailing_shares_the_first_partition() -> None:
    make_client()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_client")  # or it is guessed as large as another test has left it
    mailing = build()
    assert (mailing.partition, where(mailing)) == (0, {0})


def test_large_mailings_have_partitions_of_their_own(every_mailing_is_large: None) -> None:
    make_client()
    first, second = build(), build()
    assert [(each.partition, where(each)) for each in (first, second)] == [(1, {1}), (2, {2})]


def test_a_large_mailing_takes_the_partition_that_a_removed_one_left(every_mailing_is_large: None) -> None:
    make_client()
    first, _ = build(), build()
    delete_mailing(first.pk)
    settle()
    assert build().partition == 1


def test_more_large_mailings_than_partitions_share_them_evenly(every_mailing_is_large: None) -> None:
    make_client()
    numbers = [number for (number,) in rows("SELECT mailings_partition_numbers()") if number]
    taken = Counter(build().partition for _ in range(2 * len(numbers)))
    assert taken == dict.fromkeys(numbers, 2)


def test_a_build_that_died_goes_on_in_its_partition(
    every_mailing_is_large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_client()
    monkeypatch.setattr(audience, "FIRST_CHUNK_CLIENTS", 1)
    mailing = build(partition=5)
    Message.objects.filter(mailing=mailing).order_by("-pk")[0].delete()
    Mailing.objects.filter(pk=mailing.pk).update(audience_built_at=None, audience_written_to=0)
    build_audience(mailing.pk)
    assert (where(mailing), Message.objects.count()) == ({mailing.partition}, 3)


SHAPES = """
SELECT inhparent::regclass::text, (SELECT reloptions::text FROM pg_class WHERE oid = inhrelid), (
  SELECT string_agg(replace(pg_get_indexdef(indexrelid), number, ''), ' ' ORDER BY indexrelid::regclass::text)
  FROM pg_index WHERE indrelid = inhrelid
)
FROM pg_inherits, LATERAL (SELECT substring(inhrelid::regclass::text FROM '_p[0-9]+$')) AS part (number)
WHERE inhparent IN ('mailings_message'::regclass, 'mailings_attempt'::regclass)
"""


def test_every_partition_is_made_alike() -> None:
    assert sorted(Counter(rows(SHAPES)).values()) == [8, 8]


@pytest.mark.parametrize("partition", [0, 7])
def test_a_client_has_one_message_of_a_mailing_in_any_partition(partition: int) -> None:
    message = make_message(make_running_mailing(partition=partition), partition=partition)
    with pytest.raises(IntegrityError, match="message_once_per_client"):
        make_message(message.mailing, message.client, partition=partition)


# removal


def test_a_large_mailing_is_removed_without_a_look_at_its_rows(
    every_mailing_is_large: None, rows_may_not_be_deleted: None
) -> None:
    for _ in range(3):
        make_client()
    gone, stays = build(), build()
    make_attempt(Message.objects.filter(mailing=gone)[0], partition=gone.partition)
    Message.objects.filter(
        mailing=gone, pk__lt=Message.objects.filter(mailing=gone).order_by("pk")[1].pk
    ).update(status="sent", next_attempt_at=None)
    delete_mailing(gone.pk)
    settle()
    assert messages_left() == {stays.pk: 3}
    assert (list(Mailing.objects.all()), Attempt.objects.count()) == ([stays], 0)
    assert set(DueMessage.objects.values_list("mailing", flat=True)) == {stays.pk}
    assert stats.overall_counts()["messages"]["total"] == 3
    assert rows(WRONG) == []


def test_a_mailing_in_the_shared_partition_leaves_its_neighbours() -> None:
    make_client()
    gone, stays = build(), build()
    delete_mailing(gone.pk)
    settle()
    assert messages_left() == {stays.pk: 1}


def test_a_mailing_that_shares_a_large_ones_partition_is_left() -> None:
    gone, stays = (make_running_mailing(partition=1) for _ in range(2))
    for mailing in (gone, stays):
        make_messages(mailing, 2, partition=1)
    delete_mailing(gone.pk)
    settle()
    assert messages_left() == {stays.pk: 2}


def test_rows_of_another_mailing_keep_a_partition_from_being_emptied() -> None:
    gone, stays = make_running_mailing(partition=1), make_running_mailing()
    make_message(gone, partition=1)
    make_message(stays, partition=1)  # which should not be
    delete_mailing(gone.pk)
    settle()
    assert messages_left() == {stays.pk: 1}


def test_a_mailing_that_is_not_deleted_is_never_emptied(every_mailing_is_large: None) -> None:
    make_client()
    mailing = build()
    assert not partitions.empty_own(mailing.pk)
    assert messages_left() == {mailing.pk: 1}


@committed
def test_a_partition_that_is_being_read_goes_in_chunks_meanwhile(every_mailing_is_large: None) -> None:
    make_client()
    mailing = build()
    delete_mailing(mailing.pk)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as reader:
        reader.execute("SELECT FROM mailings_message")
        settle()
    assert (Mailing.objects.count(), Message.objects.count()) == (0, 0)
    assert rows(WRONG) == []


ROLE = """
CREATE ROLE some_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO some_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO some_app;
SET ROLE some_app
"""


def test_the_function_that_empties_a_partition_reads_no_temporary_table_of_its_caller() -> None:
    settings = "SELECT proconfig FROM pg_proc WHERE proname = 'mailings_empty_partition'"
    assert "search_path=public, pg_temp" in rows(settings)[0][0]


@committed
def test_a_role_that_may_not_truncate_removes_a_large_mailing(
    every_mailing_is_large: None, rows_may_not_be_deleted: None
) -> None:
    make_client()
    mailing = build()
    delete_mailing(mailing.pk)
    execute(ROLE)
    try:
        settle()
    finally:
        execute("RESET ROLE; DROP OWNED BY some_app; DROP ROLE some_app")
    assert (Mailing.objects.count(), Message.objects.count()) == (0, 0)
