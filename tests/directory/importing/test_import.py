"""What an import does to the directory."""

import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from notification_service.directory.importing import FileFormat, ImportStopped, run
from notification_service.directory.models import Client
from notification_service.mailings import client_changes
from notification_service.mailings.client_changes import import_clients
from tests.directory.importing.files import counts, directory, import_csv, import_ndjson, reasons
from tests.factories import make_attempt, make_client, make_message, now
from tests.journeys.conftest import database_conninfo

pytestmark = pytest.mark.django_db

HEADER = "phone,operator_code,tag,timezone,attributes\n"


def test_an_import_creates_a_client_for_each_new_phone() -> None:
    result = import_csv(
        HEADER + '79160000001,999,vip,Europe/Moscow,"{""age"": 30}"\n79160000002,,,Asia/Omsk,\n'
    )
    assert counts(result) == (2, 0, 0, 0)
    assert directory("phone", "operator_code", "tag", "timezone", "attributes") == [
        ("79160000001", "999", "vip", "Europe/Moscow", {"age": 30}),
        ("79160000002", "916", "", "Asia/Omsk", {}),
    ]


def test_an_import_updates_the_client_of_a_known_phone() -> None:
    client = make_client(phone="79160000001", tag="old")
    result = import_csv("phone,tag,timezone\n79160000001,new,Asia/Omsk\n")
    assert counts(result) == (0, 1, 0, 0)
    assert directory("id", "tag", "timezone") == [(client.pk, "new", "Asia/Omsk")]


def test_an_import_leaves_fields_without_a_column_unchanged() -> None:
    make_client(phone="79160000001", operator_code="999", tag="vip", attributes={"age": 30})
    import_csv("phone,timezone\n79160000001,Asia/Omsk\n")
    assert directory("operator_code", "tag", "timezone", "attributes") == [
        ("999", "vip", "Asia/Omsk", {"age": 30})
    ]


def test_an_empty_cell_clears_the_value() -> None:
    make_client(phone="79160000001", operator_code="999", tag="vip", attributes={"age": 30})
    import_csv(HEADER + "79160000001,,,Asia/Omsk,\n")
    assert directory("operator_code", "tag", "attributes") == [("916", "", {})]


def test_an_ndjson_object_changes_only_its_own_fields() -> None:
    make_client(phone="79160000001", tag="vip", attributes={"age": 30})
    make_client(phone="79160000002", tag="vip")
    result = import_ndjson(
        '{"phone": "79160000001", "timezone": "Asia/Omsk"}\n'
        '{"phone": "79160000002", "timezone": "Europe/Moscow", "tag": "", "attributes": {"a": null}}'
    )
    assert counts(result) == (0, 2, 0, 0)
    assert directory("tag", "timezone", "attributes") == [
        ("vip", "Asia/Omsk", {"age": 30}),
        ("", "Europe/Moscow", {"a": None}),
    ]


def test_an_import_says_something_to_the_database_while_its_file_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "WORD_SECONDS", 0.01)
    with connection.cursor() as cursor:
        [session] = cursor.execute("SELECT pg_backend_pid()").fetchone()
    heard_at: set[object] = set()
    blocks = [b'{"phone": "79160000001", "timezone": "Europe/Moscow"}\n']

    def read(_size: int) -> bytes:
        until = time.monotonic() + 20
        with psycopg.connect(database_conninfo(), autocommit=True) as other:
            while len(heard_at) < 4 and time.monotonic() < until:
                latest = "SELECT query_start FROM pg_stat_activity WHERE pid = %s"
                heard_at.add(other.execute(latest, [session]).fetchone())
        return blocks.pop() if blocks else b""

    import_clients(read, file_format=FileFormat.NDJSON)
    assert len(heard_at) == 4


def test_a_repeated_import_changes_nothing_and_no_time_of_change() -> None:
    content = HEADER + '79160000001,,vip,Europe/Moscow,"{""b"": 1.0, ""a"": 2}"\n'
    import_csv(content)
    before = directory("updated_at")
    assert counts(import_csv(content)) == (0, 0, 1, 0)
    assert directory("updated_at") == before


def test_an_import_keeps_the_valid_lines_beside_the_rejected_lines() -> None:
    result = import_csv(
        "phone,timezone\n79160000001,Europe/Moscow\n12,Europe/Moscow\n79160000003,Mars/Base\n"
    )
    assert counts(result) == (1, 0, 0, 2)
    assert [(error.line, error.field) for error in result.errors] == [(3, "phone"), (4, "timezone")]
    assert result.errors[0].reason == "phone must be 7 and ten more digits."


def test_the_phone_of_a_deleted_client_is_imported_as_a_new_client() -> None:
    old = make_client(phone="79160000001", tag="vip")
    client_changes.delete_client(old.pk)
    assert counts(import_csv("phone,timezone\n79160000001,Asia/Omsk\n")) == (1, 0, 0, 0)
    assert Client.objects.alive().get().pk != old.pk


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_lines_of_the_same_phone_apply_one_after_another(chunk_rows: int) -> None:
    make_client(phone="79160000001", tag="a")
    lines = [f"7916000000{phone},{tag},Europe/Moscow" for phone, tag in ("1b", "2x", "1b", "1a", "2x", "2y")]
    result = import_csv("phone,tag,timezone\n" + "\n".join(lines), chunk_rows=chunk_rows)
    assert counts(result) == (1, 3, 2, 0)
    assert directory("phone", "tag") == [("79160000001", "a"), ("79160000002", "y")]


def test_ndjson_objects_of_the_same_phone_add_up() -> None:
    start = '{"phone": "79160000001", "timezone": "Asia/Omsk"'
    import_ndjson(f'{start}, "tag": "vip"}}\n{start}, "operator_code": "999"}}')
    assert directory("tag", "operator_code") == [("vip", "999")]


def test_many_versions_of_a_client_are_written_in_order() -> None:
    lines = "".join(f"79160000001,{number},Asia/Omsk\n" for number in range(120))
    assert counts(import_csv("phone,tag,timezone\n" + lines)) == (1, 119, 0, 0)
    assert directory("tag") == [("119",)]


def test_an_import_makes_the_waiting_messages_of_a_client_who_moved_due() -> None:
    moved, stayed = (
        make_client(phone=phone, timezone="Europe/Moscow") for phone in ("79160000001", "79160000002")
    )
    tomorrow = now() + timedelta(days=1)
    first = make_message(client=moved, next_attempt_at=tomorrow)
    retry = make_message(client=moved, next_attempt_at=tomorrow, attempts=1)
    make_attempt(retry, retry_at=tomorrow)
    other = make_message(client=stayed, next_attempt_at=tomorrow)
    sent = make_message(client=moved, status="sent")
    import_csv("phone,tag,timezone\n79160000001,,Asia/Omsk\n79160000002,new,Europe/Moscow\n")
    for message in (first, retry, other, sent):
        message.refresh_from_db()
    assert first.next_attempt_at is not None
    assert first.next_attempt_at <= now()
    assert (retry.next_attempt_at, other.next_attempt_at, sent.next_attempt_at) == (tomorrow, tomorrow, None)


def test_an_import_that_breaks_off_keeps_its_whole_chunks_and_no_half_row() -> None:
    blocks = [b"phone,timezone\n79160000001,Europe/Moscow\n79160000002,Europe/Moscow\n7916000", None]

    def read(_size: int) -> bytes:
        block = blocks.pop(0)
        if block is None:
            raise ConnectionResetError("peer went away")
        return block

    with pytest.raises(ImportStopped, match="peer went away") as stopped:
        import_clients(read, file_format=FileFormat.CSV, chunk_rows=1)
    assert directory("phone") == [("79160000001",), ("79160000002",)]
    assert counts(stopped.value.result) == (2, 0, 0, 0)


def test_every_rejected_line_is_reported_and_only_the_first_lines_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("notification_service.directory.importing.report.ERRORS_KEPT", 2)
    heard: list[int] = []
    result = import_csv(
        "phone,timezone\n1,\n2,\n3,\n", on_rejected=lambda line: heard.append(line.rejection.line)
    )
    assert heard == [2, 3, 4]
    assert list(reasons(result)) == [2, 3]
    assert result.errors_truncated


def test_an_import_reports_how_far_the_file_is_read() -> None:
    heard: list[int] = []
    import_csv("phone,timezone\n", on_progress=lambda bytes_read, _result: heard.append(bytes_read))
    assert heard == [15, 15]


@pytest.mark.django_db(transaction=True)
def test_concurrent_imports_of_the_same_phones_do_not_deadlock() -> None:
    phones = [f"7916{number:07}" for number in range(3_000)]
    finished: list[str] = []

    def run(tag: str, order: list[str]) -> None:
        for version in range(3):
            body = "".join(f"{phone},{tag}{version},Asia/Omsk\n" for phone in order)
            import_csv("phone,tag,timezone\n" + body, chunk_rows=1_000)
        connection.close()
        finished.append(tag)

    threads = [
        threading.Thread(target=run, args=("a", phones)),
        threading.Thread(target=run, args=("b", phones[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == ["a", "b"]
    assert Client.objects.count() == len(phones)
