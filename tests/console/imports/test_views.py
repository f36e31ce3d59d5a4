import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import Client, ClientUpload, UploadPart
from notification_service.mailings.client_uploads import take_waiting
from tests.console.conftest import make_person

pytestmark = pytest.mark.django_db(transaction=True)
LogIn = Callable[[str], Browser]

GOOD = "phone,timezone,tag,city\n79160000001,Europe/Moscow,vip,Omsk\n"


@pytest.fixture
def operator(transactional_db: None) -> Browser:
    return browser_of("operator")


def browser_of(role: str) -> Browser:
    browser = Browser()
    browser.force_login(make_person(role))
    return browser


def send(browser: Browser, content: str | bytes, name: str = "clients.csv", **fields: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, body)
    return browser.post(reverse("console:import-upload"), {"file": file, "whole": "yes"} | fields)


def begin(browser: Browser, **fields: Any) -> Any:
    upload = ClientUpload.objects.latest("pk")
    chosen = {"encoding": upload.encoding, "separator": upload.separator, "column": upload.columns}
    path = reverse("console:import-start", args=[upload.pk])
    return browser.post(path, chosen | {"action": "start"} | fields, follow=True)


def test_an_upload_shows_its_recognised_columns_before_the_import_starts(operator: Browser) -> None:
    answer = send(operator, GOOD)
    page = operator.get(answer["Location"]).content.decode()
    assert "The first 1 row are in order." in page or "The first 1 row" in page
    assert "Left out:" in page
    assert "<b>city</b>" in page
    assert not Client.objects.exists()


def test_a_started_import_takes_the_file_and_shows_its_counts(operator: Browser) -> None:
    send(operator, GOOD + "8916,Europe/Moscow,x,y\n")
    assert "It starts as soon as a worker is free" in begin(operator).content.decode()
    take_waiting()
    upload = ClientUpload.objects.get()
    page = operator.get(reverse("console:import", args=[upload.pk])).content.decode()
    assert "Done. Rejected: 1 row of 2; all others are imported." in page
    assert (upload.uploaded_by, upload.started_by) == ("operator", "operator")


def test_the_rejected_lines_are_harmless_in_a_spreadsheet(operator: Browser) -> None:
    send(operator, 'phone,timezone,tag,city\n=cmd|" /C calc"!A0,Europe/Moscow,a,b\n')
    begin(operator)
    take_waiting()
    path = reverse("console:import-rejected", args=[ClientUpload.objects.get().pk])
    text = operator.get(path).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Rejected: line"] == "2"
    assert row["Rejected: reason"]
    assert row["phone"].startswith("'=cmd")


def test_a_double_click_makes_one_import(operator: Browser) -> None:
    first, second = send(operator, GOOD), send(operator, GOOD)
    assert first["Location"] == second["Location"]
    begin(operator)
    begin(operator)
    assert ClientUpload.objects.count() == 1


def test_a_person_can_choose_the_meaning_of_a_column(operator: Browser) -> None:
    send(operator, "a;b;c\n79160000001;Europe/Moscow;vip\n")
    assert "Choose the column for" in begin(operator).content.decode()
    begin(operator, column=["phone", "timezone", "tag"])
    take_waiting()
    assert Client.objects.get().tag == "vip"


def test_two_columns_of_the_same_field_are_refused(operator: Browser) -> None:
    send(operator, GOOD)
    page = begin(operator, column=["phone", "timezone", "tag", "tag"]).content.decode()
    assert "Two columns are chosen as “Tag”" in page
    assert ClientUpload.objects.get().status == "ready"


def test_a_file_in_another_encoding_is_recognised(operator: Browser) -> None:
    answer = send(operator, "phone;timezone;тег\n79160000001;Europe/Moscow;важный\n".encode("cp1251"))
    page = operator.get(answer["Location"]).content.decode()
    assert "важный" in page
    assert ClientUpload.objects.get().encoding == "cp1251"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "This is a picture"),
        (b"PK\x03\x04" + bytes(1000), "save the sheet as CSV"),
        (b"x" * 300_000, "longer than 64 KiB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_once_and_not_kept(
    operator: Browser, content: bytes, words: str
) -> None:
    answer = send(operator, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ClientUpload.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(operator: Browser) -> None:
    class Unreadable(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    answer = operator.post(
        reverse("console:import-upload"),
        **{"wsgi.input": Unreadable(), "CONTENT_LENGTH": str(200 * 1024 * 1024)},  # type: ignore[arg-type]
    )
    assert answer.status_code == 413
    assert f"more than {settings.IMPORT_MAX_MB} MB" in answer.content.decode()
    assert "import_clients" in answer.content.decode()


def test_a_form_that_was_cut_off_starts_no_import(operator: Browser) -> None:
    answer = operator.post(
        reverse("console:import-upload"), {"file": SimpleUploadedFile("a.csv", GOOD.encode())}
    )
    assert answer.status_code == 422
    assert "did not arrive whole" in answer.content.decode()
    assert not UploadPart.objects.exists()


def test_a_form_of_another_site_is_refused_and_its_file_is_not_kept(transactional_db: None) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(make_person("operator"))
    assert send(browser, GOOD).status_code == 403
    assert not ClientUpload.objects.exists()


def test_a_cancelled_import_shows_how_much_it_took(operator: Browser) -> None:
    send(operator, GOOD)
    begin(operator)
    upload = ClientUpload.objects.get()
    path = reverse("console:import-cancel", args=[upload.pk])
    assert "Cancelled. Nothing was imported." in operator.post(path, follow=True).content.decode()
    take_waiting()
    assert not Client.objects.exists()


def test_a_viewer_sees_imports_and_cannot_change_them(transactional_db: None) -> None:
    send(browser_of("operator"), GOOD)
    viewer, pk = browser_of("viewer"), ClientUpload.objects.get().pk
    assert viewer.get(reverse("console:imports")).status_code == 200
    assert viewer.get(reverse("console:import", args=[pk])).status_code == 200
    assert send(viewer, GOOD + "x").status_code == 403
    for name in ("import-start", "import-cancel"):
        assert viewer.post(reverse(f"console:{name}", args=[pk])).status_code == 403
    assert viewer.get(reverse("console:import-rejected", args=[pk])).status_code == 403
    assert ClientUpload.objects.get().status == "ready"


def test_markup_in_a_file_is_escaped(operator: Browser) -> None:
    answer = send(operator, "phone,timezone,<script>alert(1)</script>\n1,2,<img src=x>\n", "<b>.csv")
    page = operator.get(answer["Location"]).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
