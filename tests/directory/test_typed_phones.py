"""A phone is read alike by every door, in any of the ways in which people write one."""

import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.access.models import ApiKey
from notification_service.directory.models import Client
from notification_service.directory.rules import (
    BETWEEN_DIGITS,
    is_phone,
    is_rounded,
    phone_starts,
    typed_phone,
)
from notification_service.mailings.client_uploads import take_waiting
from notification_service.mailings.models import TestSend
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.console.conftest import make_person
from tests.console.imports.test_views import begin, browser_of, send
from tests.depth import examples
from tests.factories import make_client

PHONE = "79160000000"
WRITTEN = [
    "+7 (916) 000-00-00",
    "89160000000",
    "8 916 000 00 00",
    "9160000000",
    "916 000-00-00",
    "79160000000.0",
]


@pytest.mark.parametrize(
    "text", [*WRITTEN, "8 (916) 000–00–00", "+7\u00a0916\u00a00000000", "(+7) 916 0000000"]
)
def test_a_phone_is_read_in_the_ways_people_write_it(text: str) -> None:
    assert typed_phone(text) == PHONE


@pytest.mark.parametrize("text", ["495 123-45-67", "(343) 123-45-67"])
def test_a_phone_of_a_city_is_read_without_the_countrys_code(text: str) -> None:
    assert is_phone(typed_phone(text))


@pytest.mark.parametrize(
    "text",
    [
        "+84912345678",  # of Vietnam, and no Russian one that begins with an 8
        "+9161234567",
        "7916000000",  # has lost a digit, as the next has
        "8916000000",
        "8916000000.0",
        "0160000000",
        "7.91612E+10",
        "7,91612E+10",
        "89160000000, 89160000001",
        "",
    ],
)
def test_what_may_be_another_phone_is_not_read_as_one(text: str) -> None:
    assert not is_phone(typed_phone(text))


@pytest.mark.parametrize("text", ["7.91612E+10", "7,91612E+10", "7.9e+10"])
def test_a_phone_that_a_spreadsheet_rounded_is_told_from_others(text: str) -> None:
    assert is_rounded(text)
    assert not any(map(is_rounded, [*WRITTEN, "8916", "E+10"]))


DECORATIONS = st.text(alphabet=BETWEEN_DIGITS.replace("+", "").replace(".", ""), max_size=2)


@given(
    digits=st.from_regex("[349][0-9]{9}", fullmatch=True),
    start=st.sampled_from(["+7", "7", "8", ""]),
    data=st.data(),
)
@settings(max_examples=examples(200))
def test_any_phone_is_read_with_any_marks_between_its_digits(
    digits: str, start: str, data: st.DataObject
) -> None:
    marks = data.draw(st.lists(DECORATIONS, min_size=10, max_size=10))
    text = start + "".join(mark + digit for mark, digit in zip(marks, digits, strict=True))
    assert typed_phone(text) == f"7{digits}"
    assert typed_phone(typed_phone(text)) == f"7{digits}"


@given(st.text(alphabet=f"{BETWEEN_DIGITS}0123456789", max_size=16))
@settings(max_examples=examples(200))
def test_what_is_read_as_a_phone_has_its_last_ten_digits(text: str) -> None:
    phone, digits = typed_phone(text), "".join(filter(str.isdigit, text))
    assert not is_phone(phone) or phone[1:] in digits


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("916", ["7916"]),
        ("8 916", ["78916", "7916"]),
        ("7916", ["77916", "7916"]),
        ("+7 916", ["7916"]),
        ("8 916 000 00 00", [PHONE]),
        ("+1", ["1"]),
        ("vip", []),
        ("", []),
    ],
)
def test_the_beginning_of_a_phone_is_read_in_the_ways_people_write_it(text: str, starts: list[str]) -> None:
    assert phone_starts(text) == starts


def _by_api_csv(text: str) -> None:
    _import_by_api(f'phone,timezone\n"{text}",Europe/Moscow\n', "text/csv")


def _by_api_ndjson(text: str) -> None:
    _import_by_api(json.dumps({"phone": text, "timezone": "Europe/Moscow"}), "application/x-ndjson")


def _import_by_api(body: str, content_type: str) -> None:
    api = Api(ApiKey.issue(name="shop", scope="write", pii=True)[1])
    answer = body_of(api.post("/api/clients/import/", body.encode(), content_type=content_type))
    assert answer["errors"] == []


def _by_command(text: str) -> None:
    with NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_text(f'Телефон;Часовой пояс\n"{text}";Europe/Moscow\n')
        call_command("import_clients", file.name, stdout=io.StringIO())


def _by_console(text: str) -> None:
    browser = browser_of("operator")
    send(browser, f'Телефон;Часовой пояс\n"{text}";Europe/Moscow\n')
    begin(browser)
    take_waiting()


def _by_form(text: str) -> None:
    answer = browser_of("operator").post("/clients/new/", {"phone": text, "timezone": "Europe/Moscow"})
    assert answer.status_code == 302


DOORS = [_by_api_csv, _by_api_ndjson, _by_command, _by_console, _by_form]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("bring_in", DOORS)
def test_a_client_comes_in_with_the_phone_as_it_is_written(
    bring_in: Callable[[str], None], text: str
) -> None:
    bring_in(text)
    assert Client.objects.get().phone == PHONE


@pytest.mark.django_db
@pytest.mark.parametrize("text", WRITTEN)
def test_a_test_send_goes_to_the_phone_as_it_is_written(text: str) -> None:
    form = {"key": str(uuid.uuid4()), "test_send_phone": text, "text": "Hello"}
    browser_of("operator").post("/mailings/test-sends/", form)
    assert TestSend.objects.get().phone == PHONE


@pytest.mark.django_db
@pytest.mark.parametrize("text", WRITTEN)
def test_a_client_is_found_by_the_phone_as_it_is_written(text: str) -> None:
    client = make_client(phone=PHONE)
    browser = Browser()
    browser.force_login(make_person("operator"))
    link = f"/clients/{client.pk}/"
    assert link in browser.get("/search/", {"q": text}).content.decode()
    assert link in browser.get("/clients/", {"phone": text}).content.decode()
    found = body_of(
        Api(ApiKey.issue(name="shop", scope="read", pii=True)[1]).get("/api/clients/", search=text)
    )
    assert [row["id"] for row in found["results"]] == [client.pk]


@pytest.mark.django_db
def test_the_api_takes_one_client_with_a_phone_as_its_document_says_alone() -> None:
    api = Api(ApiKey.issue(name="shop", scope="write", pii=True)[1])
    codes = [
        api.post("/api/clients/", {"phone": text, "timezone": "Europe/Moscow"}).status_code
        for text in [*WRITTEN, PHONE]
    ]
    taken = [text.startswith("+") for text in WRITTEN]  # no other way is so plain
    assert codes == [201 if each else 400 for each in taken] + [409 if any(taken) else 201]
