import csv
import io
import sys
from datetime import UTC
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notification_service.console.clients.exports import HEADER, client_rows
from notification_service.console.parts.csv_export import csv_response
from notification_service.directory.models import Client
from tests.directory.importing.files import directory
from tests.factories import make_client

pytestmark = pytest.mark.django_db


def run(*arguments: str | Path) -> str:
    output = io.StringIO()
    call_command("import_clients", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_the_command_reports_counts_and_rejected_lines(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("phone,timezone\n79160000001,Asia/Omsk\n12,Asia/Omsk\n")
    output = run(file)
    assert "line 3: phone must be 7 and ten more digits." in output
    assert "2 rows received: 1 created, 0 updated, 0 unchanged, 1 rejected" in output
    assert directory("phone") == [("79160000001",)]


def test_the_command_recognises_ndjson_by_the_file_name(tmp_path: Path) -> None:
    file = tmp_path / "clients.NDJSON"
    file.write_text('{"phone": "79160000001", "timezone": "Asia/Omsk"}')
    assert "1 created" in run(file)


def test_the_command_writes_every_rejected_line_to_a_file(tmp_path: Path) -> None:
    file, rejected = tmp_path / "clients.csv", tmp_path / "rejected.csv"
    file.write_text("phone,timezone\n" + "12,Asia/Omsk\n" * 30)
    assert "… and 10 more rejected lines" in run(file, "--rejected", rejected)
    rows = list(csv.reader(rejected.read_text(encoding="utf-8").splitlines()))
    assert rows[:2] == [["line", "field", "reason"], ["2", "phone", "phone must be 7 and ten more digits."]]
    assert len(rows) == 31


def test_the_command_reads_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(b"phone,timezone\n79160000001,Asia/Omsk\n"))
    )
    assert "1 created" in run("-")


@pytest.mark.parametrize(
    ("content", "reason"),
    [("phone,age\n", '"age" is none of'), ("", "The file is empty"), (None, "No such file")],
)
def test_the_command_fails_if_the_file_cannot_be_read(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    file = tmp_path / "clients.csv"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=reason) as error:
        run(file)
    assert error.value.returncode == 1


def test_takes_what_the_console_exported(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    client = make_client(phone="79160000001", tag="=x;-50%")
    file.write_bytes(csv_response("x", HEADER, client_rows(Client.objects.all(), UTC)).getvalue())
    client.delete()
    assert "1 created" in run(file)
    assert directory("phone", "tag") == [("79160000001", "=x;-50%")]
