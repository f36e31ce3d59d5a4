"""Files that are to break what reads them."""

import gzip
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import ClientUpload
from tests.security.test_doors import caller

pytestmark = pytest.mark.django_db

ZEROS = b"\0" * 10_000_000


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("clients.csv", ZEROS)
    return file.getvalue()


BOMBS = {
    "a zip archive": zipped(),
    "a gzip archive": gzip.compress(ZEROS),
    "sixty thousand columns": b"phone,timezone" + b"," * 60_000 + b"\n",
    "a million columns": b"phone,timezone" + b"," * 1_000_000 + b"\n",
    "a header of megabytes": b"phone,timezone," + b"x" * 5_000_000,
    "zeros": ZEROS,
    "nested without end": b"[" * 1_000_000,
}


def send(browser: Browser, content: bytes, name: str = "clients.csv") -> Any:
    fields = {"file": SimpleUploadedFile(name, content), "whole": "yes"}
    return browser.post(reverse("console:import-upload"), fields)


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS.keys())
def test_a_hostile_file_is_refused_and_not_kept(content: bytes) -> None:
    assert send(caller("operator"), content).status_code == 422
    assert not ClientUpload.objects.exists()


@pytest.mark.parametrize(
    "row", [b"7" * 5_000_000, b'"' * 5_000_001, b'{"phone": "' + b"x" * 5_000_000], ids=lambda row: row[:9]
)
def test_an_endless_line_is_rejected_as_too_long(row: bytes) -> None:
    operator = caller("operator")
    answer = send(operator, b"phone,timezone\n" + row)
    page = operator.get(answer["Location"])
    assert page.status_code == 200
    assert len(page.content) < 100_000


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "<img src=x onerror=alert(1)>.csv", "a\0b.csv", "x" * 9000]
)
def test_a_hostile_file_name_is_shown_escaped_and_is_never_a_path(name: str) -> None:
    operator = caller("operator")
    answer = send(operator, b"phone,timezone\n79161234567,Europe/Moscow\n", name)
    page = operator.get(answer["Location"])
    assert page.status_code == 200
    assert b"<img src=x" not in page.content
    assert len(ClientUpload.objects.get().file_name) <= 255
