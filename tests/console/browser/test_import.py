"""A file as people have it, imported in a browser: phones, columns, time zones, what is rejected."""

from pathlib import Path
from typing import Any

import pytest

from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings.client_uploads import take_waiting
from tests.console.browser.conftest import log_in

PEOPLE = (
    "Номер телефона;Город;Метки;Имя\n"
    "+7 (916) 000-00-01;Москва;vip;Анна\n"
    "8916 000 00 02;МСК;vip;Борис\n"
    "8 916 000-00-03;UTC+3;;Вера\n"
    "9160000004;Марс;;Глеб\n"
    "8916;;;Дина\n"
)
WORDS = {
    "en": {
        "file": "CSV or NDJSON",
        "upload": "Upload and check",
        "zone_column": "What “Город” is",
        "name_column": "What “Имя” is",
        "zone_field": "Time zone",
        "attribute": "Attribute “Имя”",
        "look": "Check again",
        "start": "Start the import",
        "zone_of": "Time zone for “{}”",
        "rows": "Rows",
        "one_zone": "Time zone for rows without one",
        "tag": "Tag for rows without one",
        "done": "Done. Rejected: 2 rows of 5; all others are imported.",
        "all_done": "Done: every row is imported.",
        "download": "Download the rejected lines",
        "headers": ["Rejected: reason", "Rejected: line"],
        "advice": "Is the right column chosen as “Phone” below?",
        "anyway": "Start anyway",
    },
    "ru": {
        "file": "CSV или NDJSON",
        "upload": "Загрузить и проверить",
        "zone_column": "Что в столбце «Город»",
        "name_column": "Что в столбце «Имя»",
        "zone_field": "Часовой пояс",
        "attribute": "Атрибут «Имя»",
        "look": "Проверить ещё раз",
        "start": "Начать импорт",
        "zone_of": "Часовой пояс для «{}»",
        "rows": "Строк",
        "one_zone": "Часовой пояс для строк, где его нет",
        "tag": "Метка для строк, где её нет",
        "done": "Готово. Отклонено: 2 строки из 5; все остальные загружены.",
        "all_done": "Готово: загружены все строки.",
        "download": "Скачать отклонённые строки",
        "headers": ["Отклонено: причина", "Отклонено: строка"],
        "advice": "Тот ли столбец ниже выбран как «Телефон»?",
        "anyway": "Всё равно начать",
    },
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])


def upload(page: Any, path: Path, words: dict[str, Any]) -> None:
    page.goto("/clients/imports/")
    page.get_by_label(words["file"]).set_input_files(path)
    page.get_by_role("button", name=words["upload"]).click()
    page.get_by_role("button", name=words["look"]).wait_for()


def start(page: Any, words: dict[str, Any]) -> None:
    page.get_by_role("button", name=words["start"]).click()
    page.locator("#another-import, #cancel-import").first.wait_for()
    take_waiting()


def log_in_speaking(page: Any, language: str) -> dict[str, Any]:
    log_in(page, "operator")
    if language == "ru":
        page.get_by_role("button", name="RU").click()
        page.locator("html[lang=ru]").wait_for()
    return WORDS[language]


@LANGUAGES
def test_a_file_as_people_have_it_is_imported_and_what_is_rejected_comes_back(
    page: Any, tmp_path: Path, language: str
) -> None:
    words = log_in_speaking(page, language)
    file = tmp_path / "clients.csv"
    file.write_text(PEOPLE, encoding="cp1251")
    upload(page, file, words)

    page.get_by_label(words["zone_column"]).select_option(label=words["zone_field"])
    page.get_by_label(words["name_column"]).select_option(label=words["attribute"])
    page.get_by_role("button", name=words["look"]).click()
    zone_of = {
        written: page.get_by_label(words["zone_of"].format(written)) for written in ("Москва", "МСК", "UTC+3")
    }
    zone_of["UTC+3"].wait_for()
    assert {written: each.input_value() for written, each in zone_of.items()} == {
        "Москва": "Europe/Moscow",
        "МСК": "Europe/Moscow",
        "UTC+3": "",
    }
    zone_of["UTC+3"].select_option("Europe/Moscow")
    page.get_by_label(words["tag"]).fill("new")
    start(page, words)
    page.get_by_text(words["done"]).wait_for()
    assert list(Client.objects.order_by("phone").values_list("phone", "timezone", "tag", "attributes")) == [
        ("79160000001", "Europe/Moscow", "vip", {"Имя": "Анна"}),
        ("79160000002", "Europe/Moscow", "vip", {"Имя": "Борис"}),
        ("79160000003", "Europe/Moscow", "new", {"Имя": "Вера"}),
    ]

    with page.expect_download() as download:
        page.get_by_role("link", name=words["download"]).click()
    rejected = Path(download.value.path()).read_text(encoding="utf-8-sig")
    own = ["Номер телефона", "Город", "Метки", "Имя"]
    assert rejected.splitlines()[0] == ";".join(f'"{name}"' for name in [*own, *words["headers"]])
    corrected = tmp_path / download.value.suggested_filename
    corrected.write_text(rejected.replace("Марс", "Омск").replace('"8916";""', '"916 000-00-05";"Омск"'))
    upload(page, corrected, words)
    start(page, words)
    page.get_by_text(words["all_done"]).wait_for()
    assert Client.objects.filter(timezone="Asia/Omsk", tag="new", attributes__has_key="Имя").count() == 2


@LANGUAGES
def test_the_page_shows_how_many_rows_have_each_zone_and_keeps_what_was_chosen(
    page: Any, tmp_path: Path, language: str
) -> None:
    words = log_in_speaking(page, language)
    file = tmp_path / "clients.csv"
    rows = "".join(f"{9_160_000_000 + n};Москва\n" for n in range(120)) + "9170000000;мск+2\n9180000000;\n"
    file.write_text(f"Телефон;Часовой пояс\n{rows}")
    upload(page, file, words)
    cells = page.locator("#zones tbody tr").first.locator("td")
    assert [cells.nth(n).inner_text() for n in range(2)] == ["Москва", "120"]
    page.get_by_label(words["zone_of"].format("мск+2")).select_option("Asia/Yekaterinburg")
    page.get_by_label(words["one_zone"]).select_option("Asia/Omsk")
    page.get_by_role("button", name=words["look"]).click()
    page.locator(".flash.success").wait_for()
    page.reload()
    assert page.get_by_label(words["zone_of"].format("мск+2")).input_value() == "Asia/Yekaterinburg"
    assert page.get_by_label(words["one_zone"]).input_value() == "Asia/Omsk"
    start(page, words)
    page.get_by_text(words["all_done"]).wait_for()
    zones = (
        Client.objects.filter(phone__gte="79170000000").order_by("phone").values_list("timezone", flat=True)
    )
    assert list(zones) == ["Asia/Yekaterinburg", "Asia/Omsk"]


@LANGUAGES
def test_where_nothing_would_be_taken_the_page_says_what_to_do_and_starting_is_not_the_first_button(
    page: Any, tmp_path: Path, language: str
) -> None:
    words = log_in_speaking(page, language)
    file = tmp_path / "clients.csv"
    file.write_text("Телефон;Часовой пояс\n" + "8916;Asia/Omsk\n" * 300)
    upload(page, file, words)
    assert page.locator("#advice").inner_text().startswith(words["advice"])
    buttons = page.locator(".action-bar button")
    assert [buttons.nth(n).inner_text() for n in range(buttons.count())] == [words["look"], words["anyway"]]
    assert page.locator("button.primary").all_inner_texts() == [words["look"]]
    page.get_by_label(words["tag"]).fill("new")
    page.get_by_label(words["tag"]).press("Enter")
    page.get_by_role("button", name=words["anyway"]).wait_for()
    page.wait_for_load_state()
    assert ClientUpload.objects.values_list("status", "tag").get() == ("ready", "new")


def test_the_start_can_be_reached_wherever_the_page_is_scrolled_to(page: Any, tmp_path: Path) -> None:
    words = log_in_speaking(page, "en")
    file = tmp_path / "clients.csv"
    file.write_text(PEOPLE)
    page.set_viewport_size({"width": 375, "height": 700})
    upload(page, file, words)
    for place in (0, 1):
        page.evaluate("place => scrollTo(0, place * document.body.scrollHeight)", place)
        box = page.get_by_role("button", name=words["look"]).bounding_box()
        assert 0 <= box["y"] <= 700 - box["height"]
