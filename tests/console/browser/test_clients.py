"""Clients in a browser: a file from first look to rejected lines; one client made, changed and deleted."""

import csv
from pathlib import Path
from typing import Any

import psycopg

from notification_service.directory.models import Client, ClientUpload
from tests.console.browser.conftest import log_in
from tests.factories import make_client, make_message
from tests.journeys.conftest import database_conninfo
from tests.journeys.service import Service, kill

ROWS = 60_000  # three chunks
HELD = 79_000_030_000  # in the second


def write_file(folder: Path) -> Path:
    path = folder / "spring clients.csv"
    rows = (f"{79_000_000_000 + n};Europe/Moscow;spring\n" for n in range(ROWS))
    bad = "+7 916;Europe/Moscow;=1+1\n79160000000;Mars;x\n"
    path.write_text("Телефон;Часовой пояс;Тег\n" + "".join(rows) + bad, encoding="cp1251")
    return path


def send_and_start(page: Any, path: Path) -> None:
    page.goto("/clients/imports/")
    page.get_by_label("CSV or NDJSON").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("The first 200 rows are in order.").wait_for()
    assert page.get_by_label("Encoding").input_value() == "cp1251"
    page.get_by_role("button", name="Start the import").dblclick()


def test_an_import_survives_a_reload_and_a_killed_worker_and_lists_rejected_lines(
    page: Any, service: Service, tmp_path: Path
) -> None:
    make_client(phone=str(HELD), tag="before")
    worker = service.start_worker()  # neither beat nor a gateway: it finds the work by itself
    log_in(page, "operator")
    with psycopg.connect(database_conninfo()) as other:
        other.execute("SELECT FROM directory_client WHERE phone = %s FOR UPDATE", [str(HELD)])
        send_and_start(page, write_file(tmp_path))
        page.get_by_text("of the file is imported, 25,000 rows").wait_for()
        page.reload()
        page.get_by_text("of the file is imported, 25,000 rows").wait_for()
        kill(worker)
    service.start_worker("another")
    page.get_by_text("Done. Rejected: 2 rows of 60,002; all others are imported.").wait_for(timeout=60_000)
    numbers = {name: page.locator(f"#import-{name}").inner_text() for name in ("created", "updated")}
    assert numbers == {"created": "59,999", "updated": "1"}
    assert ClientUpload.objects.count() == 1

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected lines").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        lines = [list(row.values())[:3] for row in csv.DictReader(file, delimiter=";")]
    assert lines == [["'+7 916", "Europe/Moscow", "'=1+1"], ["79160000000", "Mars", "x"]]


def test_a_file_that_is_too_large_is_refused_at_once(page: Any, tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_MB = 1
    path = tmp_path / "large.csv"
    path.write_bytes(b"phone,timezone\n" + b"x" * 2_000_000)
    log_in(page, "operator")
    page.goto("/clients/imports/")
    page.get_by_label("CSV or NDJSON").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("The file has more than 1 MB").wait_for()


def test_a_picture_is_refused_with_an_explanation(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600_000))
    log_in(page, "operator")
    page.goto("/clients/imports/")
    page.get_by_label("CSV or NDJSON").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("This is a picture: what is needed is a table").wait_for()
    assert not ClientUpload.objects.exists()


def test_an_operator_creates_changes_and_deletes_a_client(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/clients/")
    page.get_by_role("link", name="New client").click()
    page.get_by_label("Phone", exact=True).fill("8 916 000-00-01")
    page.get_by_label("Time zone").fill("Asia/Omsk")
    page.get_by_label("Name of attribute 1").fill("city")
    page.get_by_label("Value of attribute 1").fill("Омск")
    page.get_by_role("button", name="Create the client").click()
    page.get_by_role("heading", name="+7 916 000 00 01").wait_for()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Tag").fill("vip")
    page.get_by_role("button", name="Save the changes").click()
    page.get_by_text("The client has been changed.").wait_for()
    client = Client.objects.get()
    assert (client.tag, client.attributes) == ("vip", {"city": "Омск"})

    make_message(client=client)
    page.get_by_role("link", name="Delete…").click()
    page.get_by_text("To be cancelled: 1 message.").wait_for()
    page.get_by_role("button", name="Delete the client").click()
    page.get_by_text("The client has been deleted.").wait_for()
    assert not Client.objects.alive().exists()


def test_an_operator_exports_the_filtered_clients(page: Any) -> None:
    make_client(tag="vip")
    make_client()
    log_in(page, "operator")
    page.goto("/clients/?tag=vip")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row["tag"] for row in csv.DictReader(file)] == ["vip"]
