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
    rows = list(csv.reader(rejected.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[:2] == [
        ["phone", "timezone", "Rejected: reason", "Rejected: line"],
        ["12", "Asia/Omsk", "phone must be 7 and ten more digits.", "2"],
    ]
    assert len(rows) == 31


def test_the_command_takes_a_zone_and_a_tag_for_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Телефон;Пояс;Метка\n9160000001;мск;\n9160000002;;vip\n")
    output = run(file, "--zone", "МСК=Europe/Moscow", "--timezone", "Asia/Omsk", "--tag", "new")
    assert "2 created" in output
    assert directory("timezone", "tag") == [("Europe/Moscow", "new"), ("Asia/Omsk", "vip")]


def test_the_command_adds_the_tags_of_a_file_to_those_of_clients(tmp_path: Path) -> None:
    make_client(phone="79160000001", timezone="Asia/Omsk", tags=["old"])
    file = tmp_path / "clients.csv"
    file.write_text("phone,timezone,tags\n79160000001,Asia/Omsk,vip|new\n")
    run(file, "--tags", "add")
    assert directory("tags") == [(["old", "vip", "new"],)]


@pytest.mark.parametrize(
    "option", ["--timezone=Mars", "--zone=МСК=Mars", "--zone=МСК", "--timezone=localtime"]
)
def test_the_command_refuses_a_zone_that_is_not_known(tmp_path: Path, option: str) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("phone\n9160000001\n")
    with pytest.raises(CommandError, match="is no time zone that is known"):
        run(file, option)
    assert directory("phone") == []


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
