"""What a person chooses on the page of a file before its import starts, and what holds then."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.importing.uploads import written_zones
from notification_service.directory.importing.uploads.written_zones import WrittenZone, WrittenZones
from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings.client_uploads import take_waiting
from tests.console.imports.test_views import begin, browser_of, send
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True)

ZONES = (
    "Телефон;Часовой пояс;Метки\n"
    "+7 (916) 000-00-01;Москва;vip\n"
    "8 916 000-00-02;МОСКВА;\n"
    "9160000003;UTC+3;\n"
    "9160000004;Марс;\n"
    "9160000005;;\n"
    "9160000006;Asia/Omsk;\n"
)


@pytest.fixture
def operator(transactional_db: None) -> Browser:
    return browser_of("operator")


def page_of(browser: Browser, language: str = "en") -> str:
    path = reverse("console:import", args=[ClientUpload.objects.latest("pk").pk])
    return browser.get(path, headers={"accept-language": language}).content.decode()


def as_shown(**chosen: str) -> dict[str, Any]:
    """What the form says of zones where a person changes no others than these."""
    listed = WrittenZones.of(ClientUpload.objects.latest("pk")).listed
    zones = [chosen.get(each.written, each.zone) for each in listed]
    return {"zone_written": [each.written for each in listed], "zone": zones}


def clients() -> list[tuple[str | None, str, str]]:
    take_waiting()
    return list(Client.objects.order_by("phone").values_list("phone", "timezone", "tag"))


def test_the_zones_of_a_file_are_listed_with_what_a_name_stands_for_alone(operator: Browser) -> None:
    send(operator, ZONES)
    found = WrittenZones.of(ClientUpload.objects.get())
    assert found.listed == [
        WrittenZone("Москва", 2, "Europe/Moscow"),
        WrittenZone("UTC+3", 1, ""),
        WrittenZone("Марс", 1, ""),
    ]
    assert (found.rows, found.without, found.unlisted, found.is_whole) == (6, 1, 0, True)


def test_no_zone_is_taken_for_another_that_nobody_has_seen(operator: Browser) -> None:
    send(operator, ZONES)
    assert "check the file’s time zones below first" in begin(operator).content.decode()
    assert ClientUpload.objects.get().status == "ready"
    begin(operator, **as_shown(**{"UTC+3": "Europe/Minsk"}))
    assert clients() == [
        ("79160000001", "Europe/Moscow", "vip"),
        ("79160000002", "Europe/Moscow", ""),
        ("79160000003", "Europe/Minsk", ""),
        ("79160000006", "Asia/Omsk", ""),
    ]
    assert ClientUpload.objects.get().rejected == 2


def test_a_column_chosen_with_the_start_has_its_zones_looked_at_first(operator: Browser) -> None:
    send(operator, "кто;где\n9160000001;Москва\n")
    columns = {"column": ["phone", "timezone"]}
    assert "check the file’s time zones below first" in begin(operator, **columns).content.decode()
    begin(operator, **columns, **as_shown())
    assert clients() == [("79160000001", "Europe/Moscow", "")]


def test_a_zone_that_was_proposed_can_be_refused(operator: Browser) -> None:
    send(operator, "Телефон;Пояс\n9160000001;Москва\n")
    begin(operator, **as_shown(Москва=""), action="look")
    assert "not chosen: rows are rejected" in page_of(operator)
    assert WrittenZones.of(ClientUpload.objects.get()).chosen == {}
    begin(operator, **as_shown())
    assert clients() == []


def test_what_was_chosen_is_there_when_the_page_is_opened_again(operator: Browser) -> None:
    send(operator, "кто;где;что;город\n9160000001;UTC+3;vip;Омск\n")
    columns = {"column": ["phone", "timezone", "tag", "attribute"]}
    begin(operator, **columns, action="look")
    whole = {"timezone": "Asia/Omsk", "tag": "new"}
    begin(operator, **columns, **whole, **as_shown(**{"UTC+3": "Europe/Moscow"}), action="look")
    page = re.sub(r"\s+", " ", page_of(operator))
    for value in ("phone", "timezone", "tag", "attribute", "Europe/Moscow", "Asia/Omsk"):
        assert f'<option value="{value}" selected>' in page
    assert 'value="new"' in page
    begin(operator, **columns, **whole, **as_shown())
    assert clients() == [("79160000001", "Europe/Moscow", "vip")]
    assert Client.objects.get().attributes == {"город": "Омск"}


def test_one_zone_and_a_tag_for_the_file_need_no_column(operator: Browser) -> None:
    send(operator, "Телефон\n9160000001\n9160000002\n")
    assert "Choose below the column of time zones" in begin(operator).content.decode()
    begin(operator, timezone="Asia/Omsk", tag=" new ")
    assert clients() == [("79160000001", "Asia/Omsk", "new"), ("79160000002", "Asia/Omsk", "new")]


def test_the_tags_of_clients_stay_if_that_is_chosen_for_the_file(operator: Browser) -> None:
    client = make_client(phone="79160000001", timezone="Asia/Omsk", tags=["old"])
    send(operator, "phone,timezone,tags\n79160000001,Asia/Omsk,vip\n")
    assert 'value="replace" checked' in page_of(operator)
    begin(operator, tag_mode="add", action="look")
    assert 'value="add" checked' in page_of(operator)
    begin(operator, tag_mode="add")
    clients()
    client.refresh_from_db()
    assert client.tags == ["old", "vip"]


def test_one_zone_for_all_rows_overrules_the_file(operator: Browser) -> None:
    send(operator, ZONES)
    begin(operator, one_timezone="on")
    assert ClientUpload.objects.get().status == "ready"
    begin(operator, one_timezone="on", timezone="Asia/Omsk")
    assert {zone for _phone, zone, _tag in clients()} == {"Asia/Omsk"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"one_timezone": "on"}, "Choose the time zone for all rows."),
        ({"one_timezone": "on", "timezone": "Mars"}, "Choose the time zone for all rows."),
        ({"tag": "x" * 256}, "A tag has no more than 255 characters."),
        ({"encoding": "koi8-r"}, "Choose the encoding and the separator from their lists."),
        ({"column": ["phone", "timezone", "attribute"]}, ""),
    ],
)
def test_what_is_wrong_with_a_choice_is_said_when_it_is_checked(
    operator: Browser, fields: dict[str, Any], words: str
) -> None:
    send(operator, "phone,timezone,tag\n79160000001,Asia/Omsk,x\n")
    page = begin(operator, **fields, action="look").content.decode()
    assert words in page
    assert ("flash error" in page) == bool(words)


def test_two_attributes_of_the_same_name_are_refused(operator: Browser) -> None:
    send(operator, "phone,timezone,город,город\n79160000001,Asia/Omsk,a,b\n")
    columns = ["phone", "timezone", "attribute", "attribute"]
    page = begin(operator, column=columns).content.decode()
    assert "Two columns are chosen as the attribute “город”" in page
    assert ClientUpload.objects.get().status == "ready"


def test_ndjson_has_the_same_choices(operator: Browser) -> None:
    send(operator, '{"phone": "8 916 000-00-01", "timezone": "мск"}\n{"phone": "9160000002"}\n', "a.ndjson")
    begin(operator, **as_shown(), timezone="Asia/Omsk", tag="new")
    assert clients() == [("79160000001", "Europe/Moscow", "new"), ("79160000002", "Asia/Omsk", "new")]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Time zones in the file", "Time zone is missing.", "3 rows of the first 6 would be rejected."],
        ),
        ("ru", ["Часовые пояса в файле", "Часовой пояс — не указан.", "Россия и соседи"]),
    ],
)
def test_the_page_speaks_both_languages(operator: Browser, language: str, words: list[str]) -> None:
    send(operator, ZONES)
    page = page_of(operator, language)
    assert [word for word in words if word not in page] == []


BAD_PHONES = "Телефон;Часовой пояс\n" + "8916;Asia/Omsk\n" * 250
BAD_ZONES = "Телефон;Часовой пояс\n" + "9160000001;Марс\n" * 250
SHORT = "Телефон;Часовой пояс\n" + "9160000001\n" * 250


@pytest.mark.parametrize(
    ("content", "language", "words"),
    [
        (BAD_PHONES, "en", "Is the right column chosen as “Phone” below?"),
        (BAD_PHONES, "ru", "Тот ли столбец ниже выбран как «Телефон»?"),
        (BAD_ZONES, "en", "Choose below what the file’s time zones mean"),
        (BAD_ZONES, "ru", "Выберите ниже, что означают часовые пояса из файла"),
        (SHORT, "en", "Check the encoding, the separator and the columns below"),
        (SHORT, "ru", "Проверьте ниже кодировку, разделитель и столбцы"),
    ],
)
def test_a_file_of_which_nothing_would_be_taken_says_what_to_do_and_offers_to_check_first(
    operator: Browser, content: str, language: str, words: str
) -> None:
    send(operator, content)
    page = page_of(operator, language)
    assert words in page
    primary = re.findall(r'class="button primary"[^>]*value="(\w+)"', page)
    assert primary == ["look"]
    assert "Start the import" not in page
    assert "Начать импорт" not in page


def test_enter_in_a_field_never_starts_an_import(operator: Browser) -> None:
    """A browser presses the first button of the form."""
    send(operator, ZONES)
    form = page_of(operator).partition('id="layout"')[2]
    assert re.findall(r'<button[^>]*name="action"[^>]*value="(\w+)"', form, re.DOTALL) == ["look", "start"]
    assert 'form="layout"' not in page_of(operator)


def test_a_large_file_has_its_zones_counted_in_its_beginning_and_says_so(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_zones, "PARTS", 1)
    send(operator, "Телефон;Пояс\n" + "9160000001;Москва\n" * 20_000)
    found = WrittenZones.of(ClientUpload.objects.get())
    assert (found.is_whole, 0 < found.rows < 20_000) == (False, True)
    assert "Counted in the first" in page_of(operator)


def test_the_ways_past_the_most_frequent_are_counted_and_rejected(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_zones, "MOST_LISTED", 1)
    send(operator, "Телефон;Пояс\n9160000001;Москва\n9160000002;Москва\n9160000003;Омск\n")
    assert "1 other name is not listed; its rows are rejected." in page_of(operator)
    begin(operator, **as_shown())
    assert [zone for _phone, zone, _tag in clients()] == ["Europe/Moscow"] * 2


def test_phones_in_the_column_of_zones_are_not_kept(operator: Browser) -> None:
    send(operator, "Пояс;Телефон\n9160000001;Москва\n8 (916) 000-00-02;Омск\n")
    upload = ClientUpload.objects.get()
    assert (WrittenZones.of(upload).listed, WrittenZones.of(upload).unlisted) == ([], 2)


def test_the_first_client_of_a_file_without_names_of_columns_is_not_kept_as_a_name(operator: Browser) -> None:
    send(operator, "8 916 000-00-01;Asia/Omsk\n8 916 000-00-02;Asia/Omsk\n")
    assert ClientUpload.objects.get().names == ["", "Asia/Omsk"]


def test_an_import_that_rejected_nothing_keeps_nothing_of_its_file(operator: Browser) -> None:
    send(operator, "Телефон;Пояс\n9160000001;Москва\n")
    begin(operator, **as_shown())
    take_waiting()
    assert ClientUpload.objects.values_list("status", "names", "zones").get() == ("finished", None, None)
