"""What tags may be, and how a client's `tag` and `tags` stay the same."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.directory.in_use import tag_counts
from notification_service.directory.models import Client
from notification_service.directory.rules import (
    FILLED_LINE_PATTERN,
    LINE_PATTERN,
    MOST_TAGS,
    TAG_LENGTH,
    TagFault,
    TagsDisagree,
    UnacceptableTags,
    clean_tags,
    tag_fault,
    tag_of,
    with_all_tags,
)
from notification_service.directory.tag_cells import cell_of_tags, tags_of_cell
from tests.depth import examples
from tests.factories import make_client

ODD = st.text("ab |\\,\u00a0\u200b\n\r\t\x00\x7f\x85\u2028\u2029Ёй\u0306", max_size=6)
TEXTS = ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BAD: list[tuple[Any, TagFault, dict[int, TagFault]]] = [
    ("vip", TagFault.NOT_A_LIST, {}),
    ({"vip": 1}, TagFault.NOT_A_LIST, {}),
    (None, TagFault.NOT_A_LIST, {}),
    ([str(number) for number in range(51)], TagFault.TOO_MANY, {}),
    (["vip", 7], TagFault.NOT_TEXT, {1: TagFault.NOT_TEXT}),
    (["vip", None, True], TagFault.NOT_TEXT, {1: TagFault.NOT_TEXT, 2: TagFault.NOT_TEXT}),
    (["", "vip"], TagFault.EMPTY, {0: TagFault.EMPTY}),
    ([" \u200b"], TagFault.EMPTY, {0: TagFault.EMPTY}),
    (["x" * 256], TagFault.TOO_LONG, {0: TagFault.TOO_LONG}),
    (["a\nb"], TagFault.NOT_ONE_LINE, {0: TagFault.NOT_ONE_LINE}),
    (["a\r\nb"], TagFault.NOT_ONE_LINE, {0: TagFault.NOT_ONE_LINE}),
    (["a\u2028b"], TagFault.NOT_ONE_LINE, {0: TagFault.NOT_ONE_LINE}),
    (["a\0"], TagFault.NOT_ONE_LINE, {0: TagFault.NOT_ONE_LINE}),
    (["\ud800"], TagFault.NOT_ONE_LINE, {0: TagFault.NOT_ONE_LINE}),
    (["vip", "new", "vip "], TagFault.TWICE, {2: TagFault.TWICE}),
]


@pytest.mark.parametrize(("value", "fault", "tags"), BAD, ids=lambda value: ascii(value)[:40])
def test_what_no_clients_tags_may_be_is_refused_at_its_place(
    value: Any, fault: TagFault, tags: dict[int, TagFault]
) -> None:
    with pytest.raises(UnacceptableTags) as refused:
        clean_tags(value)
    assert (refused.value.fault, refused.value.tags) == (fault, tags)


def test_fifty_tags_of_255_characters_are_kept_in_their_order() -> None:
    tags = [f"{number:03}".rjust(TAG_LENGTH, "я") for number in range(MOST_TAGS, 0, -1)]
    assert clean_tags(tags) == tags


def bad_places(value: list[Any]) -> set[int]:
    try:
        clean_tags(value)
    except UnacceptableTags as refused:
        return {*refused.tags}
    return set()


@given(st.lists(TEXTS | st.integers(), max_size=6))
@settings(max_examples=examples(500))
def test_tags_are_clean_and_different_or_each_bad_one_is_named(value: list[Any]) -> None:
    bad = bad_places(value)
    good = [tag for place, tag in enumerate(value) if place not in bad]
    tags = clean_tags(good)
    assert clean_tags(tags) == tags == [tag_of(tag) for tag in good]
    assert len({*tags}) == len(tags)


@given(TEXTS)
@settings(max_examples=examples(500))
def test_the_patterns_of_the_document_say_what_the_rules_do(text: str) -> None:
    tag = tag_of(text)
    is_good = len(tag) > TAG_LENGTH or tag_fault(tag) is None
    assert (re.fullmatch(FILLED_LINE_PATTERN, tag) is not None) == is_good
    assert (re.fullmatch(LINE_PATTERN, tag) is not None) == (is_good or not tag)


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=examples(500))
def test_tags_are_read_from_a_cell_as_they_were_written(texts: list[str]) -> None:
    tags = [tag for tag in dict.fromkeys(map(tag_of, texts)) if tag]
    assert tags_of_cell(cell_of_tags(tags)) == tags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("", []),
        (" ", []),
        ("vip", ["vip"]),
        ("vip|new", ["vip", "new"]),
        ("vip | new", ["vip ", " new"]),
        ("vip||new", ["vip", "", "new"]),
        ("vip|", ["vip", ""]),
        ("a\\|b|c", ["a|b", "c"]),
        ("C:\\new\\", ["C:\\new\\"]),
        ("a\\\\|b", ["a\\", "b"]),
    ],
)
def test_a_cell_has_bars_between_tags_and_a_backslash_before_those_within(cell: str, tags: list[str]) -> None:
    assert tags_of_cell(cell) == tags


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, {}),
        ({"tag": "vip"}, {"tag": "vip", "tags": ["vip"]}),
        ({"tag": ""}, {"tag": "", "tags": []}),
        ({"tags": ["vip", "new"]}, {"tag": "vip", "tags": ["vip", "new"]}),
        ({"tags": []}, {"tag": "", "tags": []}),
        ({"tag": "vip", "tags": ["vip", "new"]}, {"tag": "vip", "tags": ["vip", "new"]}),
    ],
)
def test_one_of_tag_and_tags_says_both(said: dict[str, Any], meant: dict[str, Any]) -> None:
    assert with_all_tags(said) == meant


@pytest.mark.parametrize("said", [{"tag": "new", "tags": ["vip", "new"]}, {"tag": "", "tags": ["vip"]}])
def test_a_tag_that_is_not_the_first_of_the_tags_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(TagsDisagree):
        with_all_tags(said)


def both(client: Client) -> tuple[str, list[str]]:
    return Client.objects.values_list("tag", "tags").get(pk=client.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "kept"),
    [
        ({}, ("", [])),
        ({"tag": "vip"}, ("vip", ["vip"])),
        ({"tags": ["vip", "new"]}, ("vip", ["vip", "new"])),
        ({"tag": "new", "tags": ["vip", "new"]}, ("vip", ["vip", "new"])),
    ],
)
def test_the_database_fills_in_what_a_new_row_does_not_say(
    made: dict[str, Any], kept: tuple[str, list[str]]
) -> None:
    client = make_client(**made)
    assert both(client) == (client.tag, client.tags) == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("tag = 'gold'", ("gold", ["gold"])),
        ("tag = ''", ("", [])),
        ("tag = 'vip'", ("vip", ["vip", "new"])),
        ("tags = '{gold,vip}'", ("gold", ["gold", "vip"])),
        ("tags = '{}'", ("", [])),
        ("tags = '{new}', tag = 'gold'", ("new", ["new"])),
        ("timezone = 'Asia/Omsk'", ("vip", ["vip", "new"])),
    ],
)
def test_a_worker_of_the_version_before_that_writes_one_of_them_changes_both(
    change: str, kept: tuple[str, list[str]]
) -> None:
    client = make_client(tags=["vip", "new"])
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE directory_client SET {change}")
    assert both(client) == kept


@pytest.mark.django_db
def test_the_database_keeps_no_more_than_fifty_tags() -> None:
    make_client(tags=[str(number) for number in range(50)])
    with pytest.raises(IntegrityError, match="client_has_few_tags"), transaction.atomic():
        make_client(tags=[str(number) for number in range(51)])


@pytest.mark.django_db
def test_a_client_counts_for_each_of_its_tags() -> None:
    for tags in (["vip", "new"], ["new"], ["east", "vip", "new"], []):
        make_client(tags=tags)
    assert tag_counts(most=9) == [("new", 3), ("vip", 2), ("east", 1)]
    assert tag_counts(most=1) == [("new", 3)]
