"""Files as spreadsheets and PowerShell write them are read alike by every door."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.core.management import call_command

from notification_service.access.models import ApiKey
from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings.client_uploads import take_waiting
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.console.imports.test_views import begin, browser_of, send
from tests.directory.importing.files import import_csv, reasons

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "phone;timezone;tag\r\n79160000001;Asia/Omsk;ёлка\r\n79160000002;Asia/Omsk;\r\n"
WRITTEN = {
    "plain": ROWS,
    "sep=;": f"sep=;\r\n{ROWS}",
    '"sep=;"': f'"sep=;"\r\n{ROWS}',
    "SEP= and blank lines": f"\r\nSEP=;\r\n\r\n{ROWS}",
    "a tab": f"sep=\t\r\n{ROWS.replace(';', chr(9))}",
    "a comma, where semicolons are more": "sep=,\r\n" + ROWS.replace(";", ","),
    "PowerShell": f"#TYPE System.Management.Automation.PSCustomObject\r\n{ROWS}",
    ";; after each row": ROWS.replace("\r\n", ";;\r\n"),
    ";; after the header alone": ROWS.replace("tag\r\n", "tag;;\r\n"),
    ";; after rows alone": ROWS.replace("ёлка\r\n", "ёлка;;\r\n"),
    "quoted, with ;;": 'sep=;\r\n"phone";"timezone";"tag";"";\r\n"79160000001";"Asia/Omsk";"ёлка";"";\r\n'
    '"79160000002";"Asia/Omsk";"";;\r\n;;;;\r\n',
}
ENCODINGS = [("utf-16", "utf-8"), ("utf-16", "utf-16"), ("cp1251", "windows-1251")]
CLIENTS = [("79160000001", "Asia/Omsk", "ёлка"), ("79160000002", "Asia/Omsk", "")]


def _by_api(file: bytes, charset: str) -> None:
    api = Api(ApiKey.issue(name="shop", scope="write")[1])
    answer = body_of(api.post("/api/clients/import/", file, content_type=f"text/csv; charset={charset}"))
    assert answer["errors"] == []


def _by_command(file: bytes, charset: str) -> None:
    with NamedTemporaryFile(suffix=".csv") as kept:
        Path(kept.name).write_bytes(file)
        encoding = {"windows-1251": "cp1251"}.get(charset)
        call_command("import_clients", kept.name, encoding=encoding, stdout=io.StringIO())


def _by_console(file: bytes, _charset: str) -> None:
    browser = browser_of("operator")
    send(browser, file)
    begin(browser)
    take_waiting()
    assert ClientUpload.objects.values_list("status", "rejected").get() == ("finished", 0)


DOORS = [_by_api, _by_command, _by_console]


@pytest.mark.parametrize("bring_in", DOORS)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_file_is_read_as_a_spreadsheet_writes_it(bring_in: Callable[..., None], written: str) -> None:
    bring_in(WRITTEN[written].encode("utf-8-sig"), "utf-8")
    assert list(Client.objects.order_by("phone").values_list("phone", "timezone", "tag")) == CLIENTS


@pytest.mark.parametrize("bring_in", DOORS)
@pytest.mark.parametrize(("encoding", "charset"), ENCODINGS)
def test_a_file_is_read_in_the_encoding_it_is_in(
    bring_in: Callable[..., None], encoding: str, charset: str
) -> None:
    bring_in(WRITTEN["sep=;"].encode(encoding), charset)
    assert list(Client.objects.order_by("phone").values_list("phone", "timezone", "tag")) == CLIENTS


def test_a_cell_past_the_last_column_that_says_something_costs_its_line() -> None:
    result = import_csv("phone;timezone;;\n79160000001;Asia/Omsk;;\n79160000002;Asia/Omsk;;x\n")
    assert reasons(result) == {3: "The line has 4 cells where the header has 2."}


def test_a_row_that_lacks_a_named_cell_is_refused() -> None:
    result = import_csv("sep=;\nphone;timezone;tag\n79160000001;Asia/Omsk\n")
    assert reasons(result) == {3: "The line has 2 cells where the header has 3."}
