"""The file of rejected lines: its own columns, the reason beside them; corrected, it is imported as it is."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.directory.importing.rejected_file import RejectedCsv, rejected_object
from notification_service.directory.models import Client, ClientUpload
from notification_service.directory.spreadsheets import guarded, unguarded
from notification_service.mailings.client_uploads import take_waiting
from tests.console.imports.test_views import begin, browser_of, send
from tests.depth import examples

NAMES = ["Телефон", "Часовой пояс", "Город"]


def cells_of(content: str, *, field: str = "phone", separator: str = ";") -> list[str]:
    return RejectedCsv(NAMES, separator).row(line=7, reason="Why.", content=content, field=field)


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("12;Asia/Omsk;Омск", ["12", "Asia/Omsk", "Омск"]),
        ('"1;2"; Asia/Omsk ;"a\\nb"'.replace("\\n", "\n"), ["1;2", "Asia/Omsk", "a\nb"]),
        ("12;Asia/Omsk;Омск;;", ["12", "Asia/Omsk", "Омск"]),
        ("'+12;Asia/Omsk;'=1", ["+12", "Asia/Omsk", "=1"]),
    ],
)
def test_a_rejected_line_has_the_cells_of_its_columns_and_the_reason(content: str, cells: list[str]) -> None:
    assert cells_of(content) == [*cells, "Why.", "7"]


@pytest.mark.parametrize("content", ['"12;Asia/Omsk;Омск', "12;Asia/Omsk;Омск;x", "a\\0b;Asia/Omsk;Омск"])
def test_a_line_that_could_not_be_read_stands_whole_in_the_first_cell(content: str) -> None:
    assert cells_of(content, field="") == [content, "", "", "Why.", "7"]


def test_a_line_that_lacks_cells_has_those_that_are_there() -> None:
    assert cells_of("12;Asia/Omsk", field="") == ["12", "Asia/Omsk", "", "Why.", "7"]


def test_the_reasons_of_an_earlier_file_are_left_out() -> None:
    with translation.override("en"):
        first = RejectedCsv(NAMES, ";").header
    with translation.override("ru"):
        second = RejectedCsv(first, ";")
        assert second.header == [*NAMES, "Отклонено: причина", "Отклонено: строка"]
    again = second.row(line=2, reason="Now.", content='12;Asia/Omsk;Омск;"Why.";7', field="phone")
    assert again == ["12", "Asia/Omsk", "Омск", "Now.", "2"]


@given(st.lists(st.text(alphabet="a;,'\"=+-@ \n\tЖ1", max_size=8).map(str.strip), min_size=3, max_size=3))
@settings(max_examples=examples(200))
def test_cells_come_back_as_an_import_read_them(cells: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerow(map(guarded, cells))
    assert (
        cells_of(text.getvalue().removesuffix("\r\n"))[:3]
        == [unguarded(guarded(cell)) for cell in cells]
        == cells
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"phone": "12"}', '{"phone": "12", "rejected_line": 7, "rejected_reason": "Why."}'),
        ('{"tag": "\\ud800"}', '{"tag": "\\ud800", "rejected_line": 7, "rejected_reason": "Why."}'),
        ("[12", '{"content": "[12", "rejected_line": 7, "rejected_reason": "Why."}'),
    ],
)
def test_a_rejected_line_of_ndjson_has_the_reason_in_it(content: str, told: str) -> None:
    assert rejected_object(line=7, reason="Why.", content=content) == told


FILE = (
    "кто;Пояс;Город;Имя\n"
    "8916;Asia/Omsk;Омск;=Анна\n"
    "9160000002;Марс;Тара;Борис\n"
    "9160000003;МСК;Москва;Вера\n"
    "9160000004;;Омск;Глеб\n"
    '9160000005;Asia/Omsk;"Омск;Дина\n'
)
COLUMNS = {"column": ["phone", "timezone", "tag", "attribute"]}


def shown_zones(**chosen: str) -> dict[str, Any]:
    upload = ClientUpload.objects.latest("pk")
    assert upload.zones is not None
    listed = [each["written"] for each in upload.zones["listed"]]
    return {"zone_written": listed, "zone": [chosen.get(written, "") for written in listed]}


def download(browser: Browser, pk: int) -> tuple[str, bytes]:
    answer = browser.get(f"/clients/imports/{pk}/rejected.csv")
    return answer["Content-Disposition"].partition("filename=")[2].strip('"'), answer.getvalue()


@pytest.mark.django_db(transaction=True)
def test_rejected_lines_are_imported_once_they_are_corrected_without_any_choice() -> None:
    browser = browser_of("operator")
    send(browser, FILE)
    begin(browser, **COLUMNS, action="look")
    begin(browser, **COLUMNS, **shown_zones(МСК="Europe/Moscow"))
    take_waiting()
    name, rejected = download(browser, ClientUpload.objects.get().pk)
    rows = list(csv.reader(io.StringIO(rejected.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["кто", "Пояс", "Город", "Имя", "Rejected: reason", "Rejected: line"]
    assert rows[1] == ["8916", "Asia/Omsk", "Омск", "'=Анна", "Phone must be 7 and ten more digits.", "2"]
    assert [row[-1] for row in rows] == ["Rejected: line", "2", "3", "5", "6"]
    corrected = rejected.decode().replace('"8916"', '"916 000-00-01"').replace("Марс", "Asia/Omsk")
    send(browser, corrected.replace(';"";', ';"МСК";'), name)
    begin(browser, **shown_zones(МСК="Europe/Moscow"))
    take_waiting()
    assert (ClientUpload.objects.latest("pk").created, ClientUpload.objects.latest("pk").rejected) == (3, 1)
    assert Client.objects.get(phone="79160000001").attributes == {"Имя": "=Анна"}


@pytest.mark.django_db(transaction=True)
def test_rejected_lines_of_ndjson_are_imported_once_they_are_corrected() -> None:
    browser = browser_of("operator")
    send(browser, '{"phone": "8916", "timezone": "Asia/Omsk"}\n{"phone": "8916", "phone": "1"}\n', "a.ndjson")
    begin(browser)
    take_waiting()
    name, rejected = download(browser, ClientUpload.objects.get().pk)
    send(browser, rejected.decode().replace('"8916", "timezone"', '"916 000-00-01", "timezone"'), name)
    begin(browser)
    take_waiting()
    upload = ClientUpload.objects.latest("pk")
    assert (upload.created, upload.rejected) == (1, 1)


@pytest.mark.django_db
def test_the_command_writes_rejected_lines_that_it_imports_once_they_are_corrected(tmp_path: Path) -> None:
    file, rejected = tmp_path / "clients.csv", tmp_path / "rejected.csv"
    file.write_text("Телефон;Часовой пояс;Метка\n12;Asia/Omsk;=1\n9160000002;Asia/Omsk;\n")
    call_command("import_clients", file, rejected=rejected, stdout=io.StringIO())
    assert rejected.read_bytes().startswith(b"\xef\xbb\xbf")
    rejected.write_text(rejected.read_text().replace('"12"', '"8 916 000 00 01"'))
    call_command("import_clients", rejected, stdout=io.StringIO())
    assert dict(Client.objects.values_list("phone", "tag")) == {"79160000001": "=1", "79160000002": ""}
