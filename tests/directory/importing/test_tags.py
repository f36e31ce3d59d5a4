"""Files with the tags of clients: one, all of them, or both."""

import json
from typing import Any

import pytest

from notification_service.directory.importing.choices import Choices, TagMode
from notification_service.directory.importing.report import RejectedRow
from tests.directory.importing.files import counts, directory, import_csv, import_ndjson, reasons
from tests.factories import make_client

pytestmark = pytest.mark.django_db

PHONE = "79160000001"
FIFTY_ONE = [str(number) for number in range(51)]


def csv_of(columns: str, cells: str) -> str:
    return f"phone,timezone,{columns}\n{PHONE},Asia/Omsk,{cells}\n"


def line_of(**fields: Any) -> str:
    return json.dumps({"phone": PHONE, "timezone": "Asia/Omsk", **fields})


@pytest.mark.parametrize(
    ("columns", "cells", "kept"),
    [
        ("tag", "vip", ("vip", ["vip"])),
        ("tag", "a|b", ("a|b", ["a|b"])),
        ("tag", "", ("", [])),
        ("tags", "vip|new", ("vip", ["vip", "new"])),
        ("tags", "vip | new", ("vip", ["vip", "new"])),
        ("tags", "a\\|b|new", ("a|b", ["a|b", "new"])),
        ("tags", "", ("", [])),
        ("tags,tag", "vip|new,vip", ("vip", ["vip", "new"])),
        ("tag,tags", ",", ("", [])),
        ("operator_code", "916", ("old", ["old", "older"])),
    ],
)
def test_a_csv_replaces_the_tags_that_it_says(columns: str, cells: str, kept: tuple[str, list[str]]) -> None:
    make_client(phone=PHONE, timezone="Europe/Moscow", tags=["old", "older"])
    assert counts(import_csv(csv_of(columns, cells))) == (0, 1, 0, 0)
    assert directory("tag", "tags") == [kept]
    assert import_csv(csv_of(columns, cells)).unchanged == 1


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"tags": ["vip", " new"]}, ("vip", ["vip", "new"])),
        ({"tags": []}, ("", [])),
        ({"tag": "vip"}, ("vip", ["vip"])),
        ({"tag": "vip", "tags": ["vip", "new"]}, ("vip", ["vip", "new"])),
        ({}, ("old", ["old", "older"])),
    ],
)
def test_a_line_of_ndjson_replaces_the_tags_that_it_says(
    fields: dict[str, Any], kept: tuple[str, list[str]]
) -> None:
    make_client(phone=PHONE, timezone="Europe/Moscow", tags=["old", "older"])
    assert counts(import_ndjson(line_of(**fields))) == (0, 1, 0, 0)
    assert directory("tag", "tags") == [kept]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"tags": "vip|new"}, "tags must be a list of strings."),
        ({"tags": None}, "tags must be a list of strings."),
        ({"tags": FIFTY_ONE}, "tags must have no more than 50 entries."),
        ({"tags": ["vip", 7]}, "tags has a tag that is not a string."),
        ({"tags": ["vip", ""]}, "tags has an empty tag."),
        ({"tags": ["x" * 256]}, "tags has a tag of more than 255 characters."),
        ({"tags": ["a\nb"]}, "tags has a tag that is not one line without control characters."),
        ({"tags": ["\0"]}, "tags has a tag that is not one line without control characters."),
        ({"tags": ["vip", "new", "vip "]}, 'tags has the tag "vip " twice.'),
        ({"tag": "x" * 256}, "tag must have no more than 255 characters."),
        ({"tag": "a\nb"}, "tag must be one line without control characters."),
        ({"tag": 7}, "tag must be a string."),
        ({"tag": "new", "tags": ["vip", "new"]}, "tag must be the first of the tags."),
        ({"tag": "", "tags": ["vip"]}, "tag must be the first of the tags."),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_a_line_with_tags_that_no_client_may_have_is_rejected_with_the_reason(
    fields: dict[str, Any], reason: str
) -> None:
    assert reasons(import_ndjson(line_of(**fields))) == {1: reason}
    assert directory("phone") == []


@pytest.mark.parametrize(
    ("columns", "cells", "reason"),
    [
        ("tags", "vip||new", "tags has an empty tag."),
        ("tags", "vip|", "tags has an empty tag."),
        ("tags", "vip|vip", 'tags has the tag "vip" twice.'),
        ("tags", '"vip|a\nb"', "tags has a tag that is not one line without control characters."),
        ("tags", "|".join(FIFTY_ONE), "tags must have no more than 50 entries."),
        ("tag,tags", "new,vip|new", "tag must be the first of the tags."),
        ("tag,tags", ",vip", "tag must be the first of the tags."),
        ("tag,tags", "vip,", "tag must be the first of the tags."),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_a_row_of_a_csv_whose_tags_are_bad_or_disagree_is_rejected_with_the_reason(
    columns: str, cells: str, reason: str
) -> None:
    assert reasons(import_csv(csv_of(columns, cells))) == {2: reason}
    assert directory("phone") == []


ADD = Choices(tag_mode=TagMode.ADD)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"tags": ["vip", "old", "new"]}, ("old", ["old", "older", "vip", "new"])),
        ({"tag": "vip"}, ("old", ["old", "older", "vip"])),
        ({"tags": ["older"]}, ("old", ["old", "older"])),
        ({"tags": []}, ("old", ["old", "older"])),
        ({}, ("old", ["old", "older"])),
    ],
)
def test_tags_of_a_file_may_be_added_to_those_that_a_client_has(
    fields: dict[str, Any], kept: tuple[str, list[str]]
) -> None:
    make_client(phone=PHONE, timezone="Europe/Moscow", tags=["old", "older"])
    line = line_of(**fields)
    assert counts(import_ndjson(line, choices=ADD)) == (0, 1, 0, 0)
    assert directory("tag", "tags") == [kept]
    assert import_ndjson(line, choices=ADD).unchanged == 1


def test_each_line_of_one_client_adds_its_tags_to_those_of_the_lines_before() -> None:
    lines = [line_of(tags=["vip"]), line_of(tags=["new", "vip"]), line_of(tags=["late"])]
    assert counts(import_ndjson("\n".join(lines), choices=ADD)) == (1, 2, 0, 0)
    assert directory("tag", "tags") == [("vip", ["vip", "new", "late"])]


def test_a_line_that_would_give_a_client_too_many_tags_is_rejected_whole() -> None:
    make_client(phone=PHONE, timezone="Europe/Moscow", tags=FIFTY_ONE[:49])
    other = json.dumps({"phone": "79160000002", "timezone": "Asia/Omsk", "tags": ["vip"]})
    lines = [line_of(tags=["0", "last"]), line_of(tags=["one more"]), '{"phone": "12"}', other]
    rejected: list[RejectedRow] = []
    result = import_ndjson("\n".join(lines), choices=ADD, on_rejected=rejected.append, chunk_rows=2)
    assert counts(result) == (1, 1, 0, 2)
    assert reasons(result) == {
        2: "tags would give the client more than 50 tags.",
        3: "phone must be 7 and ten more digits.",
    }
    assert sorted(line.text for line in rejected) == sorted(lines[1:3])
    assert directory("timezone", "tags")[0] == ("Asia/Omsk", [*FIFTY_ONE[:49], "last"])
