"""Opt-outs and consents from a file: the same preview, progress and rejected lines as for clients."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import ClientUpload, Consent, OptOut
from notification_service.mailings.client_uploads import take_waiting
from notification_service.mailings.models import Message
from tests.factories import make_client, make_message

pytestmark = pytest.mark.django_db(transaction=True)  # a file is read beside its import

PHONE = "79161234567"


def send(browser: Browser, content: bytes, *, kind: str = "opt-outs", name: str = "file.csv") -> str:
    """Return the page that shows what is recognised."""
    form = {"file": SimpleUploadedFile(name, content), "whole": "yes"}
    answer = browser.post(reverse(f"console:{kind}-import"), form, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def start(browser: Browser, **choices: object) -> str:
    """Start what was uploaded, have it done, and return the page of the result."""
    upload = ClientUpload.objects.latest("pk")
    form = {"action": "start", "encoding": upload.encoding, "separator": upload.separator, **choices}
    browser.post(reverse("console:import-start", args=[upload.pk]), {"column": upload.columns, **form})
    take_waiting()
    page = browser.get(reverse("console:import", args=[upload.pk])).content.decode()
    return " ".join(page.split())


def test_a_file_of_opt_outs_is_shown_then_imported_and_what_waits_is_cancelled(operator: Browser) -> None:
    message = make_message(client=make_client(phone=PHONE))
    page = send(operator, "Телефон;Тема;Причина\n8 916 123-45-67;;письмо\n".encode("cp1251"))
    assert "The first 1 row are in order." in page
    assert "Time zone for rows without one" not in page
    assert not OptOut.objects.exists()
    assert "Done: every row is imported." in start(operator)
    found = OptOut.objects.get()
    assert (found.phone, found.topic, found.reason) == (PHONE, "", "письмо")
    assert Message.objects.get(pk=message.pk).status == "cancelled"


def test_a_repeated_phone_changes_nothing_and_bad_lines_come_back_as_a_file(operator: Browser) -> None:
    page = send(operator, b"phone,topic\n79161234567,news\n123,news\n79161234567,news\n")
    assert "Phone must be 7 and ten more digits." in page
    assert 'id="rejected"' in start(operator)
    upload = ClientUpload.objects.get()
    assert (upload.created, upload.unchanged, upload.rejected) == (1, 1, 1)
    answer = operator.get(reverse("console:import-rejected", args=[upload.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[1] == '"123","news","Phone must be 7 and ten more digits.","3"'


def test_consents_come_from_ndjson_as_well(operator: Browser) -> None:
    content = b'{"phone": "79161234567", "topic": "news", "evidence": "form 7"}\n'
    send(operator, content, kind="consents", name="file.jsonl")
    assert "Done" in start(operator)
    assert Consent.objects.get().evidence == "form 7"


def test_columns_that_are_not_recognised_are_chosen(operator: Browser) -> None:
    page = send(operator, b"Whom,About\n79161234567,news\n")
    assert "Choose the column of phones: every row needs one." in page
    assert "Attribute “Whom”" not in page
    start(operator, column=["phone", "topic"])
    assert OptOut.objects.get().topic == "news"


def test_an_import_goes_on_where_it_was_stopped(operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notification_service.directory.importing.preferences.CHUNK_ROWS", 2)
    phones = [f"7916123450{n}" for n in range(5)]
    send(operator, b"phone\n" + "\n".join(phones).encode())
    upload = ClientUpload.objects.get()
    operator.post(
        reverse("console:import-start", args=[upload.pk]),
        {"action": "start", "encoding": "utf-8", "separator": ",", "column": ["phone"]},
    )
    looks = iter([False, False, True])
    take_waiting(should_stop=lambda: next(looks))
    assert OptOut.objects.count() == 2
    take_waiting()
    upload.refresh_from_db()
    assert (upload.status, upload.created, upload.unchanged) == ("finished", 5, 0)


def test_the_same_file_may_be_of_another_kind_and_each_list_shows_its_own(operator: Browser) -> None:
    for kind in ("opt-outs", "consents"):
        send(operator, b"phone\n79161234567\n", kind=kind)
    assert [upload.kind for upload in ClientUpload.objects.order_by("pk")] == ["opt_outs", "consents"]
    for kind in ("opt-outs-import", "consents-import"):
        assert len(operator.get(reverse(f"console:{kind}")).context["page"].rows) == 1
    assert operator.get(reverse("console:imports")).context["page"].rows == []


def test_a_refused_file_says_why_and_changes_nothing(operator: Browser) -> None:
    form = {"file": SimpleUploadedFile("file.csv", b"PK\x03\x04...."), "whole": "yes"}
    answer = operator.post(reverse("console:opt-outs-import"), form)
    assert answer.status_code == 422
    assert "This is an Excel workbook" in answer.content.decode()
    assert not ClientUpload.objects.exists()


def test_an_upload_without_a_token_of_the_form_is_refused(operator: Browser) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = operator.cookies
    file = SimpleUploadedFile("file.csv", b"phone\n79161234567\n")
    assert strict.post(reverse("console:opt-outs-import"), {"file": file}).status_code == 403
    assert not ClientUpload.objects.exists()
