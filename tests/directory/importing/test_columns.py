"""Which column of a file is which field, by the names that people give them."""

import pytest
from django.utils import translation

from notification_service.console.imports.labels import FIELD
from notification_service.directory.importing.columns import is_ours, recognise
from notification_service.directory.importing.rejected_file import RejectedCsv
from tests.directory.importing.files import counts, directory, import_csv


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Метка", "tag"),
        ("Метки", "tags"),
        ("Tags", "tags"),
        ("Тег", "tag"),
        ("Телефон", "phone"),
        ("Номер телефона:", "phone"),
        ("Phone number", "phone"),
        ("PHONE_NUMBER*", "phone"),
        ("Часовой пояс", "timezone"),
        ("Time zone (IANA)", "timezone"),
        ("Код оператора", "operator_code"),
        ("Город", ""),
        ("", ""),
    ],
)
def test_a_column_is_recognised_by_its_name(name: str, field: str) -> None:
    assert recognise([name]) == [field]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_column_is_recognised_by_what_the_console_calls_the_field(language: str) -> None:
    with translation.override(language):
        assert recognise([str(label) for label in FIELD.values()]) == list(FIELD)


def test_no_field_is_recognised_in_two_columns() -> None:
    assert recognise(["Телефон", "Phone", "Метка", "Tag"]) == ["phone", "", "tag", ""]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_columns_that_a_file_of_rejected_lines_has_beside_its_own_are_known(language: str) -> None:
    with translation.override(language):
        assert [is_ours(name) for name in RejectedCsv(["Телефон"], ";").header] == [False, True, True]


@pytest.mark.django_db
def test_a_csv_that_nobody_looks_at_may_name_its_columns_in_both_languages() -> None:
    result = import_csv("Phone number;Часовой пояс;Метки\n8 916 000-00-01;Asia/Omsk;vip|new\n")
    assert counts(result) == (1, 0, 0, 0)
    assert directory("phone", "timezone", "tags") == [("79160000001", "Asia/Omsk", ["vip", "new"])]
