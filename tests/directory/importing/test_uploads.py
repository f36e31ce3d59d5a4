import io
import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.importing.uploads.lifecycle import cancel, describe, forget_old
from notification_service.directory.importing.uploads.preview import preview_upload
from notification_service.directory.models import Client, ClientUpload, RejectedLine, UploadPart
from notification_service.mailings.client_uploads import start_upload, take_waiting
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "phone,timezone,tag\n"


def csv_of(count: int) -> str:
    return HEADER + "".join(f"{79160000000 + n},Europe/Moscow,vip\n" for n in range(count))


def upload(content: str | bytes, name: str = "clients.csv") -> ClientUpload:
    arrival = IncomingFile(file_name=name, by="anna")
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    while block := source.read(64 * 1024):
        arrival.write(block)
    return arrival.finish()


def counts(found: ClientUpload) -> tuple[int, int, int, int]:
    found.refresh_from_db()
    return (found.created, found.updated, found.unchanged, found.rejected)


class _Died(BaseException):
    pass


def dying_after(chunks: int) -> Iterator[bool]:
    """Answers `should_stop` until the process dies."""
    yield from [False] * (chunks + 1)
    raise _Died


def test_a_finished_upload_has_taken_its_file_and_removed_the_parts() -> None:
    found = upload(csv_of(3))
    assert start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (3, 0, 0, 0)
    assert (found.status, found.bytes_done) == ("finished", found.size)
    assert not UploadPart.objects.exists()


def test_the_rejected_lines_are_kept_with_their_content() -> None:
    found = upload(HEADER + "79160000001,Europe/Moscow,\n+7 916,Europe/Moscow,=1+1\n")
    start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (1, 0, 0, 1)
    rejected = RejectedLine.objects.get()
    assert (rejected.line, rejected.field, rejected.content) == (3, "phone", "+7 916,Europe/Moscow,=1+1")


def test_the_preview_shows_the_values_of_ndjson_as_cells_of_a_table() -> None:
    line = '{"phone": "79160000001", "timezone": "Asia/Omsk", "tags": ["vip", "a|b"], "attributes": {}}'
    [row] = preview_upload(upload(line, "clients.ndjson")).rows
    assert row.cells == ["79160000001", "vip|a\\|b", "Asia/Omsk", "{}"]


def test_lines_that_would_give_a_client_too_many_tags_are_kept_among_the_rejected() -> None:
    make_client(phone="79160000001", tags=[str(number) for number in range(50)])
    found = upload(HEADER + "79160000001,Europe/Moscow,vip\n79160000002,Europe/Moscow,vip\n")
    describe(found.pk, tag_mode="add")
    start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (1, 0, 0, 1)
    rejected = RejectedLine.objects.get()
    assert (rejected.line, rejected.field, rejected.content) == (2, "tags", "79160000001,Europe/Moscow,vip")


def test_another_worker_continues_the_upload_of_a_dead_worker_and_counts_nothing_twice() -> None:
    found = upload(csv_of(10) + "bad,Europe/Moscow,\n" + "bad,Europe/Moscow,\n")
    start_upload(found.pk, by="anna")
    answers = dying_after(2)
    with pytest.raises(_Died):
        take_waiting(should_stop=lambda: next(answers), chunk_rows=4)
    assert counts(found)[0] == 8
    assert found.status == "running"
    take_waiting(chunk_rows=4)
    assert counts(found) == (10, 0, 0, 2)
    assert list(RejectedLine.objects.order_by("pk").values_list("line", flat=True)) == [12, 13]


def test_an_interrupted_upload_continues_after_a_row_of_several_lines() -> None:
    rows = [f'{79160000000 + n},Europe/Moscow,"{{""note"":\n""lines {n}""}}"\n' for n in range(6)]
    found = upload("phone,timezone,attributes\n" + "".join(rows))
    start_upload(found.pk, by="anna")
    answers = dying_after(1)
    with pytest.raises(_Died):
        take_waiting(should_stop=lambda: next(answers), chunk_rows=3)
    take_waiting(chunk_rows=3)
    assert counts(found) == (6, 0, 0, 0)
    assert Client.objects.get(phone="79160000004").attributes == {"note": "lines 4"}


def test_a_cancelled_upload_stops_at_the_next_chunk_and_keeps_the_taken_rows() -> None:
    found = upload(csv_of(10))
    start_upload(found.pk, by="anna")
    asked = iter([False, False, True])

    def cancels() -> bool:
        if next(asked, False):
            cancel_elsewhere(found.pk)
        return False

    take_waiting(should_stop=cancels, chunk_rows=4)
    assert counts(found) == (4, 0, 0, 0)
    assert found.status == "cancelled"
    assert Client.objects.count() == 4


def cancel_elsewhere(upload_id: int) -> None:
    def run() -> None:
        cancel(upload_id)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_the_same_file_twice_is_one_upload_until_the_upload_ends() -> None:
    first = upload(csv_of(3))
    assert upload(csv_of(3)) == first
    assert ClientUpload.objects.count() == 1
    cancel(first.pk)
    assert upload(csv_of(3)) != first


def test_an_upload_starts_only_once() -> None:
    found = upload(csv_of(1))
    assert [start_upload(found.pk, by="anna"), start_upload(found.pk, by="anna")] == [True, False]


def test_an_upload_that_keeps_stopping_is_given_up() -> None:
    found = upload(csv_of(3))
    start_upload(found.pk, by="anna")
    for _ in range(5):
        answers = dying_after(0)
        with pytest.raises(_Died):
            take_waiting(should_stop=lambda answers=answers: next(answers))  # type: ignore[misc]
    take_waiting()
    found.refresh_from_db()
    assert found.status == "failed"
    assert "stopped 5 times after line 0" in found.problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "This is a picture"),
        (b"PK\x03\x04" + bytes(100), "Excel workbook"),
        (b"%PDF-1.7\n", "This is a PDF"),
        (b"phone\0,timezone\n", "NUL bytes"),
        (b'[{"phone": "79160000000"}]', "one JSON array"),
        (b"x" * 1_000_000, "longer than 64 KiB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_an_explanation(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        upload(content)


def test_a_picture_is_refused_after_its_first_part() -> None:
    arrival = IncomingFile(file_name="photo.csv", by="anna")
    with pytest.raises(FileRefused, match="picture"):
        arrival.write(b"\x89PNG\r\n" + bytes(300_000))
    arrival.discard()
    assert not UploadPart.objects.exists()


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_an_upload_reads_the_encodings_of_spreadsheets(encoding: str) -> None:
    content = "Телефон;Часовой пояс;Тег;Город\n79160000001;Europe/Moscow;важный;Москва\n"
    found = upload(content.encode(encoding))
    assert (found.separator, found.columns) == (";", ["phone", "timezone", "tag", ""])
    start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (1, 0, 0, 0)
    assert Client.objects.get().tag == "важный"


def test_a_person_can_choose_the_meaning_of_a_column() -> None:
    found = upload("кто,где,что\n79160000001,Europe/Moscow,vip\n")
    assert found.columns == ["", "", ""]
    describe(found.pk, encoding="utf-8", separator=",", columns=["phone", "timezone", ""])
    start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (1, 0, 0, 0)


def test_an_upload_updates_existing_clients() -> None:
    make_client(phone="79160000000", tag="vip", timezone="Europe/Moscow")
    make_client(phone="79160000001", tag="old")
    found = upload(csv_of(3))
    start_upload(found.pk, by="anna")
    take_waiting()
    assert counts(found) == (1, 1, 1, 0)


def test_a_preview_shows_the_first_rows_and_the_lines_that_would_be_rejected() -> None:
    found = preview_upload(upload(HEADER + "79160000001,Europe/Moscow,a\n8916,Mars,b\n"))
    assert found.names == ["phone", "timezone", "tag"]
    assert [row.cells for row in found.rows][1] == ["8916", "Mars", "b"]
    assert (found.looked_at, [problem.line for problem in found.rejections]) == (2, [3])


def test_a_preview_reads_ndjson() -> None:
    found = preview_upload(
        upload('{"phone": "79160000001", "timezone": "Europe/Moscow"}\n{"fone": 1}\n', "a.ndjson")
    )
    assert found.names == ["phone", "timezone"]
    assert [problem.line for problem in found.rejections] == [2]


def test_reasons_of_rejection_are_in_the_uploaders_language() -> None:
    found = upload(HEADER + "8916,Europe/Moscow,b\n")
    ClientUpload.objects.filter(pk=found.pk).update(language="ru")
    start_upload(found.pk, by="anna")
    take_waiting()
    assert RejectedLine.objects.get().reason == "phone — нужна 7 и ещё десять цифр."


def test_unstarted_uploads_and_old_rejected_lines_are_forgotten() -> None:
    left = upload(csv_of(1))
    taken = upload(HEADER + "8916,Europe/Moscow,b\n")
    start_upload(taken.pk, by="anna")
    take_waiting()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE directory_clientupload SET created_at = created_at - interval '25 hours',"
            " finished_at = finished_at - interval '31 days'"
        )
    forget_old()
    assert list(ClientUpload.objects.all()) == [taken]
    assert left not in ClientUpload.objects.all()
    assert not RejectedLine.objects.exists()
    assert counts(taken) == (0, 0, 0, 1)
