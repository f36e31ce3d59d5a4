"""No part of a cell is a formula, wherever a spreadsheet cuts; and what is exported is imported unchanged."""

import csv
import io
import math
import re
from datetime import UTC
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from notification_service.console.clients.exports import HEADER, client_rows
from notification_service.console.parts.csv_export import csv_response
from notification_service.directory.importing import FileFormat
from notification_service.directory.models import Client
from notification_service.directory.rules import clean_attributes, tag_fault, tag_of
from notification_service.directory.spreadsheets import guarded, unguarded
from notification_service.mailings.client_changes import import_clients
from tests.depth import examples
from tests.factories import make_client

CUTS = re.compile("[,;\t\n\r]")
STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NASTY = st.text(alphabet="=+-@'\";,\t\r\n |%a1{}:\\\u00a0\u200b\x0b\u2028\uff1d", max_size=12)
TEXTS = NASTY | st.text(STORABLE, max_size=20)


@given(TEXTS)
@example("vip;=cmd|' /C calc'!A0")
@example("Sale\n=1+1")
@example("''=1;'=1;' '=1")
@settings(max_examples=examples(500))
def test_no_part_of_a_cell_is_a_formula_wherever_it_is_cut(text: str) -> None:
    parts = CUTS.split(guarded(text))
    assert [part for part in parts if part.lstrip(' "')[:1] in {*"=+-@"} - {""}] == []
    assert guarded(text)[:1] not in {"\t", "\r", "\n"}


@given(TEXTS)
@example("'=x")
@example("''\t=x")
@settings(max_examples=examples(500))
def test_what_was_guarded_is_read_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "vip", "it's", "a;b", "1-2", "79161234567", '{"a": 1}'])
def test_what_no_spreadsheet_reads_as_a_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def _exported() -> bytes:
    answer: StreamingHttpResponse = csv_response("x.csv", HEADER, client_rows(Client.objects.all(), UTC))
    written: Any = answer.getvalue()
    return bytes(written)


def _clients() -> list[tuple[Any, ...]]:
    fields = ("phone", "operator_code", "tag", "tags", "timezone", "attributes")
    return list(Client.objects.order_by("phone").values_list(*fields))


LARGEST_FLOAT = math.nextafter(2.0**63, 0)
VALUES = (
    TEXTS
    | st.booleans()
    | st.none()
    | st.integers(-(2**63), 2**63)
    | st.floats(-LARGEST_FLOAT, LARGEST_FLOAT)
)
ATTRIBUTES = st.dictionaries(TEXTS, VALUES, max_size=3)
TAGS = TEXTS | st.sampled_from(["-50%", "+vip", "=x", "@x", "'=x", "a|b", "a\\", "\\|"])


class WhatIsExportedIsImportedUnchanged(TestCase):
    @given(
        st.lists(st.tuples(st.lists(TAGS, max_size=4), ATTRIBUTES), min_size=1, max_size=3),
        st.sampled_from(["916", "999"]),
    )
    @settings(max_examples=examples(60))
    def test_clients(self, given_clients: list[tuple[list[str], dict[str, Any]]], code: str) -> None:
        for texts, attributes in given_clients:
            cleaned = clean_attributes(dict(list(attributes.items())[:1]))
            tags = [tag for tag in dict.fromkeys(map(tag_of, texts)) if not tag_fault(tag)]
            make_client(tags=tags, attributes=cleaned, operator_code=code)
        before, file = _clients(), _exported()
        Client.objects.all().delete()
        result = import_clients(io.BytesIO(file).read, file_format=FileFormat.CSV)
        assert (result.created, result.errors) == (len(before), [])
        assert _clients() == before
        again = import_clients(io.BytesIO(file).read, file_format=FileFormat.CSV)
        assert again.unchanged == len(before)


@pytest.mark.django_db
def test_every_cell_of_an_export_is_quoted() -> None:
    make_client(tag="vip", attributes={"a": 1})
    for line in _exported().decode("utf-8-sig").splitlines():
        assert line == ",".join('"' + cell.replace('"', '""') + '"' for cell in next(csv.reader([line])))
