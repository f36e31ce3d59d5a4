import base64
import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from notification_service.console.preferences import upload
from notification_service.directory.models import Consent, OptOut
from notification_service.mailings.models import Message
from tests.factories import make_client, make_message

PHONE = "79161234567"


def send(browser: Browser, content: bytes, *, kind: str = "opt-outs", name: str = "file.csv") -> str:
    answer = browser.post(reverse(f"console:{kind}-import"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rejected_in(page: str) -> list[list[str]]:
    found = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    assert found
    text = base64.b64decode(found[1]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_file_of_opt_outs_is_imported_and_what_waits_is_cancelled(operator: Browser) -> None:
    message = make_message(client=make_client(phone=PHONE))
    page = send(operator, "Телефон;Тема;Причина\n8 916 123-45-67;;письмо\n".encode("cp1251"))
    found = OptOut.objects.get()
    assert (found.phone, found.topic, found.reason) == (PHONE, "", "письмо")
    assert Message.objects.get(pk=message.pk).status == "cancelled"
    assert "Result of file.csv" in page
    assert "rejected.csv" not in page


def test_rejected_lines_are_shown_and_come_back_as_a_file(operator: Browser) -> None:
    page = send(operator, b"phone,topic\n79161234567,news\n=123,news\n79161234567,news\n")
    assert OptOut.objects.count() == 1
    assert "Phone must be 7 and ten more digits." in page
    header, (line, reason, content) = rejected_in(page)
    assert header == ["Line", "Reason", "Content"]
    assert (line, content) == ("3", "'=123,news")
    assert reason.startswith("Phone must be")


def test_consents_come_from_ndjson_as_well(operator: Browser) -> None:
    content = b'{"phone": "79161234567", "topic": "news", "evidence": "form 7"}\n'
    send(operator, content, kind="consents", name="file.jsonl")
    assert Consent.objects.get().evidence == "form 7"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04....", "This is an Excel workbook"),
        (b"phone,colour\n79161234567,red\n", "colour"),
    ],
    ids=["a workbook", "an unknown column"],
)
def test_a_refused_file_says_why_and_changes_nothing(operator: Browser, content: bytes, words: str) -> None:
    path = reverse("console:opt-outs-import")
    answer = operator.post(path, {"file": SimpleUploadedFile("file.csv", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OptOut.objects.exists()


def test_a_file_may_be_larger_than_other_forms(operator: Browser) -> None:
    send(operator, b"phone\n" + b"\n" * 1_100_000 + b"79161234567\n")
    assert OptOut.objects.get().phone == PHONE


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MOST_MB", 0)
    content = b"phone\n" + b"79161234567\n" * 2_000
    path = reverse("console:opt-outs-import")
    answer = operator.post(path, {"file": SimpleUploadedFile("file.csv", content)})
    assert answer.status_code == 413
    assert "The file has more than 0 MB." in answer.content.decode()
    assert not OptOut.objects.exists()


def test_an_upload_without_a_token_of_the_form_is_refused(operator: Browser) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = operator.cookies
    file = SimpleUploadedFile("file.csv", b"phone\n79161234567\n")
    assert strict.post(reverse("console:opt-outs-import"), {"file": file}).status_code == 403
    assert not OptOut.objects.exists()
