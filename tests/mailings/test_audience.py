"""Exactly the matching clients get one message each, and nobody is added later."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection

from notification_service.directory.filters import ClientFilter
from notification_service.directory.models import Client
from notification_service.mailings import audience, stats
from notification_service.mailings.audience import build_audience
from notification_service.mailings.client_changes import delete_client, update_client
from notification_service.mailings.contact_hours import hours_of
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.matching import clients_by_zone, matching_clients
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.send_window import next_opening
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_message,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

HOUR = timedelta(hours=1)
DAYTIME = {"window_from": time(9), "window_to": time(21)}


def make_unbuilt_mailing(**fields: object) -> Mailing:
    return make_running_mailing(**{"started_at": now(), "audience_built_at": None} | fields)


def recipients(mailing: Mailing) -> list[int]:
    return sorted(Message.objects.filter(mailing=mailing).values_list("client_id", flat=True))


def all_clients() -> list[int]:
    return sorted(Client.objects.values_list("id", flat=True))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten clients at first, then about two hundred at a time."""
    monkeypatch.setattr(audience, "FIRST_CHUNK_CLIENTS", 10)
    monkeypatch.setattr(audience, "FIRST_PAGES", 1)
    monkeypatch.setattr(audience, "MOST_PAGES", 1)


def after_chunk(monkeypatch: pytest.MonkeyPatch, number: int, call: Callable[[], object]) -> None:
    """Have the call made when that many chunks have been written."""
    chunks = iter(range(1, 1000))
    monkeypatch.setattr(audience, "wake_up", lambda *names: call() if next(chunks) == number else None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operator_codes", "tags", "expected"),
    [
        ([], [], ["916 vip", "916 ", "903 vip", "903 new", "926 new"]),
        (["916"], [], ["916 vip", "916 "]),
        (["916", "926"], [], ["916 vip", "916 ", "926 new"]),
        ([], ["vip"], ["916 vip", "903 vip"]),
        ([], ["vip", "new"], ["916 vip", "903 vip", "903 new", "926 new"]),
        ([], [""], ["916 "]),
        (["916", "903"], ["vip", "new"], ["916 vip", "903 vip", "903 new"]),
        (["999"], [], []),
        (["916"], ["new"], []),
    ],
)
def test_a_client_matches_any_of_the_codes_and_any_of_the_tags(
    operator_codes: list[str], tags: list[str], expected: list[str]
) -> None:
    for name in ("916 vip", "916 ", "903 vip", "903 new", "926 new"):
        code, tag = name.split(" ")
        make_client(operator_code=code, tag=tag)
    found = ClientFilter(operator_codes=tuple(operator_codes), tags=tuple(tags))
    clients = matching_clients(found).order_by("id")
    assert [f"{client.operator_code} {client.tag}" for client in clients] == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["vip"], ["vip", "vip new", "new vip"]),
        (["new"], ["vip new", "new vip"]),
        (["vip", "new"], ["vip", "vip new", "new vip"]),
        (["", "east"], ["", "west east"]),
        (["gone"], []),
    ],
)
def test_a_client_matches_by_any_of_its_own_tags_and_is_counted_once(
    tags: list[str], expected: list[str]
) -> None:
    for name in ("vip", "vip new", "new vip", "", "west east"):
        make_client(tags=name.split())
    chosen = ClientFilter(tags=tuple(tags))
    clients = matching_clients(chosen).order_by("id")
    assert [" ".join(client.tags) for client in clients] == expected
    counted = {"Europe/Moscow": len(expected)} if expected else {}
    assert clients_by_zone(chosen) == counted


@pytest.mark.django_db
def test_a_mailing_goes_once_to_a_client_with_several_of_its_tags() -> None:
    make_client(tags=["old"])
    wanted = [make_client(tags=["new", "vip"]).id, make_client(tags=["vip"]).id]
    mailing = make_unbuilt_mailing(tags=["vip", "new"])
    build_audience(mailing.id)
    assert recipients(mailing) == wanted


@pytest.mark.django_db
def test_a_deleted_client_matches_no_filter() -> None:
    delete_client(make_client().id)
    assert list(matching_clients(ClientFilter())) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statuses", [["failed"], ["failed", "expired", "cancelled"], ["unknown"], ["sent"], ["sent", "failed"]]
)
def test_a_mailing_for_the_outcomes_of_another_reaches_exactly_those_clients(statuses: list[str]) -> None:
    source, other = make_running_mailing(), make_running_mailing()
    clients = {status: make_client() for status in Message.Status.values}
    for status, client in clients.items():
        make_message(source, client, status=status)
        make_message(other, client, status="failed")
    mailing = make_unbuilt_mailing(outcome_of_mailing=source.pk, outcome_of_statuses=statuses)
    build_audience(mailing.id)
    assert recipients(mailing) == sorted(clients[status].id for status in statuses)


@pytest.mark.django_db
def test_the_outcome_of_another_mailing_comes_on_top_of_codes_and_tags() -> None:
    source = make_running_mailing()
    wanted = make_message(source, make_client(tag="vip"), status="failed").client
    make_message(source, make_client(tag="new"), status="failed")
    make_client(tag="vip")
    mailing = make_unbuilt_mailing(tags=["vip"], outcome_of_mailing=source.pk, outcome_of_statuses=["failed"])
    build_audience(mailing.id)
    assert wanted is not None
    assert recipients(mailing) == [wanted.id]


@pytest.mark.django_db
def test_outcomes_are_read_once_when_the_mailing_starts() -> None:
    source = make_running_mailing()
    failed, pending = make_message(source, status="failed"), make_message(source)
    mailing = make_unbuilt_mailing(outcome_of_mailing=source.pk, outcome_of_statuses=["failed"])
    build_audience(mailing.id)
    Message.objects.filter(pk=pending.pk).update(status="failed", next_attempt_at=None)
    build_audience(mailing.id)
    assert recipients(mailing) == [failed.client_id]


@pytest.mark.django_db
def test_a_mailing_for_the_outcomes_of_a_deleted_mailing_reaches_nobody() -> None:
    source = make_running_mailing()
    make_message(source, status="failed")
    mailing = make_unbuilt_mailing(outcome_of_mailing=source.pk, outcome_of_statuses=["failed"])
    delete_mailing(source.pk)
    build_audience(mailing.id)
    assert recipients(mailing) == []


@pytest.mark.django_db
def test_every_matching_client_gets_one_message() -> None:
    matching = [make_client(tag="vip"), make_client(tag="vip")]
    make_client(tag="other")
    mailing = make_unbuilt_mailing(tags=["vip"])
    build_audience(mailing.id)
    assert recipients(mailing) == [client.id for client in matching]


@pytest.mark.django_db
def test_a_new_message_is_due_and_was_never_tried() -> None:
    make_client()
    build_audience(make_unbuilt_mailing().id)
    message = Message.objects.get()
    assert (message.status, message.attempts, message.error) == ("pending", 0, "")
    assert message.next_attempt_at == message.created_at


@pytest.mark.django_db
def test_a_built_audience_is_marked_as_built() -> None:
    mailing = make_unbuilt_mailing()
    build_audience(mailing.id)
    mailing.refresh_from_db()
    assert mailing.audience_built_at is not None


@pytest.mark.django_db
def test_first_attempts_wait_for_the_window_in_each_zone() -> None:
    zones = ["Asia/Kamchatka", "Asia/Kathmandu", "Europe/Moscow", "America/Lima", "Pacific/Chatham"]
    clients = {make_client(timezone=zone).id: ZoneInfo(zone) for zone in zones}
    mailing = make_unbuilt_mailing(**DAYTIME)
    build_audience(mailing.id)
    for message in Message.objects.all():
        assert message.client_id is not None
        expected = next_opening(hours_of(mailing), zone=clients[message.client_id], at=message.created_at)
        if expected > message.created_at:
            assert message.next_attempt_at == expected
        else:  # due since the start, in the order in which they close
            assert message.next_attempt_at is not None
            assert mailing.started_at is not None
            assert mailing.started_at - timedelta(seconds=2) <= message.next_attempt_at <= message.created_at
    assert Message.objects.count() == len(zones)


@pytest.mark.django_db
def test_a_zone_unknown_to_python_does_not_stop_the_fan_out() -> None:
    strange, usual = make_client(timezone="MSK"), make_client()
    mailing = make_unbuilt_mailing(**DAYTIME)
    build_audience(mailing.id)
    assert recipients(mailing) == [strange.id, usual.id]
    assert Message.objects.get(client=strange).next_attempt_at == mailing.end_at


@pytest.mark.django_db
@pytest.mark.parametrize("clients", [9, 10, 11, 12, 1000])
def test_chunks_of_an_audience_leave_no_gaps_and_no_duplicates(small_chunks: None, clients: int) -> None:
    make_clients_in_bulk(clients)
    mailing = make_unbuilt_mailing()
    build_audience(mailing.id)
    assert recipients(mailing) == all_clients()
    assert stats.message_counts([mailing.id])[mailing.id]["pending"] == clients


@pytest.mark.django_db
def test_the_first_chunk_is_committed_before_the_other_chunks(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clients_in_bulk(1000)
    mailing = make_unbuilt_mailing()
    seen: list[int] = []
    after_chunk(monkeypatch, 1, lambda: seen.append(Message.objects.count()))
    build_audience(mailing.id)
    assert seen == [10]


@pytest.mark.django_db
@pytest.mark.parametrize("written", [1, 10, 300])
def test_an_interrupted_fan_out_continues_where_it_stopped(small_chunks: None, written: int) -> None:
    make_clients_in_bulk(1000)
    expected = all_clients()
    mailing = make_unbuilt_mailing()
    for client in Client.objects.order_by("id")[:written]:
        make_message(mailing, client)
    late = make_client()
    Client.objects.filter(pk=late.pk).update(created_at=now() + timedelta(seconds=5))
    build_audience(mailing.id)
    assert recipients(mailing) == expected


@pytest.mark.django_db
def test_a_client_added_during_the_fan_out_gets_no_message(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clients_in_bulk(1000)
    expected = all_clients()
    mailing = make_unbuilt_mailing()
    after_chunk(monkeypatch, 3, make_client)
    build_audience(mailing.id)
    assert recipients(mailing) == expected


@pytest.mark.django_db
def test_a_built_audience_is_not_built_again() -> None:
    mailing = make_unbuilt_mailing()
    build_audience(mailing.id)
    make_client()
    build_audience(mailing.id)
    assert recipients(mailing) == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["scheduled", "finished", "cancelled"])
def test_a_mailing_that_does_not_run_gets_no_messages(status: str) -> None:
    make_client()
    mailing = make_unbuilt_mailing(status=status)
    build_audience(mailing.id)
    mailing.refresh_from_db()
    assert (recipients(mailing), mailing.audience_built_at) == ([], None)


@pytest.mark.django_db
def test_the_fan_out_continues_while_the_mailing_is_paused() -> None:
    client = make_client()
    mailing = make_unbuilt_mailing(status="paused")
    build_audience(mailing.id)
    assert recipients(mailing) == [client.id]


@pytest.mark.django_db
@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_a_mailing_cancelled_midway_gets_no_more_messages(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch, chunks: int
) -> None:
    make_clients_in_bulk(1000)
    mailing = make_unbuilt_mailing()
    written: list[int] = []

    def cancel() -> None:
        Mailing.objects.update(status="cancelled")
        written.append(Message.objects.count())

    after_chunk(monkeypatch, chunks, cancel)
    build_audience(mailing.id)
    mailing.refresh_from_db()
    assert (len(recipients(mailing)), mailing.audience_built_at) == (written[0], None)


@pytest.mark.django_db
def test_a_window_changed_midway_applies_to_the_remaining_clients(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clients_in_bulk(1000)
    mailing = make_unbuilt_mailing()
    there = now().astimezone(ZoneInfo("Europe/Moscow"))
    closed = {"window_from": (there + HOUR).time(), "window_to": (there + 2 * HOUR).time()}
    after_chunk(monkeypatch, 1, lambda: Mailing.objects.update(**closed))
    build_audience(mailing.id)
    assert Message.objects.filter(next_attempt_at__gt=now()).count() == 990


@pytest.mark.django_db(transaction=True)
def test_concurrent_fan_outs_write_one_message_for_each_client(small_chunks: None) -> None:
    make_clients_in_bulk(3000)
    mailing = make_unbuilt_mailing()
    start = threading.Barrier(3)

    def build() -> None:
        start.wait(10)
        try:
            build_audience(mailing.id)
        finally:
            connection.close()

    builders = [threading.Thread(target=build) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(30)
    assert recipients(mailing) == all_clients()


@pytest.mark.django_db(transaction=True)
def test_a_fan_out_under_way_is_left_to_its_worker() -> None:
    make_client()
    mailing = make_unbuilt_mailing()
    lock = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(lock, [f"notification_service:build {mailing.id}"])
        build_audience(mailing.id)
        assert recipients(mailing) == []


@pytest.mark.django_db(transaction=True)
def test_a_mailing_cannot_be_stopped_while_a_chunk_is_being_written() -> None:
    make_client()
    mailing = make_unbuilt_mailing()
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with audience._writing(mailing), psycopg.connect(**parameters) as other:
        other.execute("SET lock_timeout = 100")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("UPDATE mailings_mailing SET status = 'cancelled'")


@pytest.mark.django_db(transaction=True)
def test_postgresql_knows_that_a_table_which_was_empty_has_messages() -> None:
    make_clients_in_bulk(1000)
    make_messages_in_bulk(make_running_mailing())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mailings_message")
        cursor.execute("VACUUM (TRUNCATE false) mailings_message")
        build_audience(make_unbuilt_mailing().id)
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT FROM mailings_message")
        [[[plan]]] = cursor.fetchall()
    assert plan["Plan"]["Plan Rows"] > 100


# the values that a text needs


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", {"text", "number", "boolean", "null", "empty", "absent", "tagged"}),
        ("{{a_1}}", {"text", "number", "boolean", "tagged"}),
        ("{{a_1|x}} {{7|}}", {"text", "number", "boolean", "null", "empty", "absent", "tagged"}),
        ("{{a_1}} {{a_1|x}}", {"text", "number", "boolean", "tagged"}),
        ("{{7}}", {"absent", "tagged"}),
        ("{{a_1}} {{7}}", {"tagged"}),
        ("{{tag}} {{phone}}", {"tagged"}),
        ("{{phone}}", {"text", "number", "boolean", "null", "empty", "absent", "tagged"}),
        (
            "{{a.1}}",
            {"text", "number", "boolean", "null", "empty", "absent", "tagged"},
        ),  # of an older version
    ],
)
def test_a_client_without_a_value_and_without_a_fallback_gets_no_message_and_is_counted(
    text: str, expected: set[str]
) -> None:
    clients = {
        "text": make_client(attributes={"a_1": "x"}),
        "number": make_client(attributes={"a_1": 0}),
        "boolean": make_client(attributes={"a_1": False}),
        "null": make_client(attributes={"a_1": None}),
        "empty": make_client(attributes={"a_1": ""}),
        "absent": make_client(attributes={"7": "x"}),
        "tagged": make_client(tag="vip", attributes={"a_1": "x", "7": "x"}),
    }
    mailing = make_unbuilt_mailing(text=text)
    build_audience(mailing.pk)
    mailing.refresh_from_db()
    got = {name for name, client in clients.items() if client.pk in recipients(mailing)}
    assert (got, mailing.excluded["no_value"]) == (expected, len(clients) - len(expected))


@pytest.mark.django_db
def test_a_build_that_died_counts_each_client_without_a_value_once(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clients_in_bulk(700)
    Client.objects.filter(pk__in=Client.objects.order_by("pk")[:20]).update(attributes={"name": "Ann"})
    mailing = make_unbuilt_mailing(text="{{name}}")

    def die() -> None:
        raise InterruptedError

    after_chunk(monkeypatch, 3, die)
    with pytest.raises(InterruptedError):
        build_audience(mailing.pk)
    after_chunk(monkeypatch, 0, die)
    build_audience(mailing.pk)
    mailing.refresh_from_db()
    assert (len(recipients(mailing)), mailing.excluded["no_value"]) == (20, 680)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chunk", ["first", "listed"])
def test_a_client_who_moves_while_the_audience_is_written_is_looked_at_again(
    chunk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change sees no message that is not committed yet, and the message has the zone that was read."""
    if chunk == "listed":
        make_client()
        monkeypatch.setattr(audience, "FIRST_CHUNK_CLIENTS", 1)
    far, near = zones_by_opening()
    client = make_client(timezone=far)
    insert = audience._insert

    def insert_then_move(*args: Any, **kwargs: Any) -> None:
        insert(*args, **kwargs)
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(move, client.pk, near).result()

    monkeypatch.setattr(audience, "_insert", insert_then_move)
    mailing = make_unbuilt_mailing(**DAYTIME, end_at=now() + 24 * HOUR)
    build_audience(mailing.pk)
    due = Message.objects.get(mailing=mailing, client=client).next_attempt_at
    assert due is not None
    assert due <= now()


def zones_by_opening() -> tuple[str, str]:
    """One whose window is closed now, and another one."""
    zones = ("Europe/Moscow", "Asia/Kamchatka", "America/New_York", "Asia/Tokyo", "Pacific/Honolulu")
    hours = hours_of(make_unbuilt_mailing(**DAYTIME))
    closed = [zone for zone in zones if next_opening(hours, zone=ZoneInfo(zone), at=now()) > now()]
    return closed[0], next(zone for zone in zones if zone != closed[0])


def move(client_id: int, timezone: str) -> None:
    try:
        update_client(client_id, timezone=timezone)
    finally:
        connection.close()
