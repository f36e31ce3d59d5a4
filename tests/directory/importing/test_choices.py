"""What holds for a whole file: the zones that its words mean, a zone and a tag for rows without one."""

from typing import Any

import pytest

from notification_service.directory.importing import Header
from notification_service.directory.importing.choices import Choices
from tests.directory.importing.files import counts, directory, import_csv, import_ndjson, reasons
from tests.factories import make_client

pytestmark = pytest.mark.django_db

FILE = (
    "phone,timezone,tag\n79160000001,Москва,\n79160000002,МСК+2,gold\n79160000003,,\n79160000004,Asia/Omsk,\n"
)


def imported(**choices: Any) -> dict[int, str]:
    return reasons(import_csv(FILE, choices=Choices(**choices)))


def test_a_zone_in_other_words_is_taken_for_the_chosen_one() -> None:
    rejected = imported(zones={"москва": "Europe/Moscow", "мск+2": "Asia/Yekaterinburg"})
    assert list(rejected) == [4]
    assert directory("timezone") == [("Europe/Moscow",), ("Asia/Yekaterinburg",), ("Asia/Omsk",)]


def test_a_zone_in_other_words_is_rejected_where_none_is_chosen_and_the_reason_offers_one() -> None:
    assert imported() == {
        2: 'timezone must be the IANA name of a time zone, such as Europe/Moscow, not "Москва".',
        3: 'timezone must be the IANA name of a time zone, such as Europe/Moscow, not "МСК+2".',
        4: "timezone is missing.",
    }
    omsk = reasons(import_csv("phone,timezone\n79160000001,Омск\n"))
    assert omsk == {2: 'timezone must be the IANA name of a time zone, such as Asia/Omsk, not "Омск".'}


def test_a_default_zone_is_for_rows_without_one_alone() -> None:
    assert list(imported(timezone="Europe/Samara")) == [2, 3]
    assert directory("phone", "timezone") == [("79160000003", "Europe/Samara"), ("79160000004", "Asia/Omsk")]


def test_one_zone_may_be_every_rows() -> None:
    assert imported(timezone="Europe/Samara", one_timezone=True) == {}
    assert directory("timezone") == [("Europe/Samara",)] * 4


def test_a_file_needs_no_column_of_zones_where_there_is_a_default() -> None:
    result = import_csv("phone\n79160000001\n", choices=Choices(timezone="Asia/Omsk"))
    assert counts(result) == (1, 0, 0, 0)
    line = import_ndjson('{"phone": "79160000002"}', choices=Choices(timezone="Asia/Omsk", tag="vip"))
    assert counts(line) == (1, 0, 0, 0)
    assert directory("timezone", "tag") == [("Asia/Omsk", ""), ("Asia/Omsk", "vip")]


def test_a_default_tag_is_for_rows_without_one_and_for_clients_who_are_there() -> None:
    make_client(phone="79160000001", timezone="Asia/Omsk", tag="old")
    content = "phone,timezone\n79160000001,Asia/Omsk\n79160000002,Asia/Omsk\n"
    assert counts(import_csv(content, choices=Choices(tag="new"))) == (1, 1, 0, 0)
    assert directory("tag") == [("new",), ("new",)]
    import_csv(
        "phone,timezone,tag\n79160000003,Asia/Omsk,gold\n79160000004,Asia/Omsk,\n", choices=Choices(tag="new")
    )
    assert directory("tag")[2:] == [("gold",), ("new",)]


COLUMNS = ("phone", "timezone", "attribute", "attribute")
NAMES = ("phone", "timezone", "City", "Years")
WITH_ATTRIBUTES = "phone,timezone,City,Years\n79160000001,Asia/Omsk,Омск,'=3\n79160000002,Asia/Omsk,,\n"


def with_attributes(content: str = WITH_ATTRIBUTES, *, columns: tuple[str, ...] = COLUMNS) -> tuple[int, ...]:
    return counts(import_csv(content, header=Header(columns, ",", NAMES)))


def test_a_column_may_be_an_attribute_of_its_own_name() -> None:
    assert with_attributes() == (2, 0, 0, 0)
    assert directory("attributes") == [({"City": "Омск", "Years": "=3"},), ({},)]


def test_a_column_that_is_an_attribute_leaves_a_clients_other_attributes_alone() -> None:
    make_client(phone="79160000001", timezone="Asia/Omsk", attributes={"age": 30, "City": "Тара"})
    make_client(phone="79160000002", timezone="Asia/Omsk", attributes={"age": 31, "City": "Тара"})
    assert with_attributes() == (0, 2, 0, 0)
    assert directory("attributes") == [({"age": 30, "City": "Омск", "Years": "=3"},), ({"age": 31},)]
    assert with_attributes() == (0, 0, 2, 0)


def test_a_column_of_json_says_all_attributes_beside_those_of_their_own_columns() -> None:
    make_client(phone="79160000001", timezone="Asia/Omsk", attributes={"age": 30})
    columns = ("phone", "timezone", "attributes", "attribute")
    assert with_attributes(
        'phone,timezone,attributes,Years\n79160000001,Asia/Omsk,"{""a"": 1}",3\n', columns=columns
    ) == (0, 1, 0, 0)
    assert directory("attributes") == [({"a": 1, "Years": "3"},)]
