"""An import is told once, whoever runs it, with its counts and not its clients."""

import pytest

from notification_service.directory.importing.uploads import lifecycle as uploads
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.mailings.client_uploads import start_upload, take_waiting
from tests.api.conftest import Api
from tests.audit.entries import entries_of

pytestmark = pytest.mark.django_db
PHONE = "79161234567"


def test_an_import_leaves_entries_of_its_start_and_of_its_counts(api: Api) -> None:
    rows = "".join(f"{79_160_000_000 + n},Europe/Moscow\n" for n in range(300))
    with entries_of() as entries:
        api.post("/api/clients/import/", f"phone,timezone\n{rows}7916,x\n".encode(), content_type="text/csv")
    assert [entry.action for entry in entries] == ["import.started", "import.finished"]
    assert entries[1].facts == {"created": 300, "updated": 0, "unchanged": 0, "rejected": 1}


def test_a_refused_file_leaves_no_entry(api: Api) -> None:
    with entries_of() as entries:
        answer = api.post("/api/clients/import/", b"a,b\n1,2\n", content_type="text/csv")
    assert (answer.status_code, entries) == (400, [])


@pytest.mark.django_db(transaction=True)
def test_an_upload_leaves_entries_from_its_start_to_its_end() -> None:
    arrival = IncomingFile(file_name=f"{PHONE}.csv", by="anna")
    arrival.write(f"phone,timezone\n{PHONE},Europe/Moscow\n7916,x\n".encode())
    with entries_of() as entries:
        upload = arrival.finish()
        start_upload(upload.pk, by="anna")
        start_upload(upload.pk, by="anna")
        take_waiting()
        uploads.cancel(upload.pk)
    assert [entry.action for entry in entries] == ["import.uploaded", "import.started", "import.finished"]
    assert {(entry.object_id, entry.object_name) for entry in entries} == {(upload.pk, "7916*****67.csv")}
    assert entries[2].facts == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1}


def test_a_failed_upload_leaves_an_entry_with_the_reason() -> None:
    arrival = IncomingFile(file_name="clients.csv", by="anna")
    arrival.write(b"phone,timezone\n")
    upload = arrival.finish()
    with entries_of() as entries:
        uploads.end(upload.pk, uploads.Status.FAILED, problem="It stopped 5 times.")
    assert [(entry.action, entry.facts["problem"]) for entry in entries] == [
        ("import.failed", "It stopped 5 times.")
    ]
