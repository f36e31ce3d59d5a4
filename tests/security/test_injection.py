"""Filters, searches and orders are values, never a part of a statement; cells of a CSV are never formulas."""

import csv
import io
from typing import Any

import pytest
from django.test import Client as Browser

from notification_service.directory.models import Client, ClientUpload, RejectedLine
from notification_service.mailings.models import Message
from tests.factories import make_client, make_message, make_running_mailing
from tests.security.test_doors import caller

pytestmark = pytest.mark.django_db

STATEMENTS = [
    "' OR '1'='1",
    "'; DROP TABLE directory_client; --",
    "x') OR 1=1 --",
    "%' OR '%'='",
    "1 UNION SELECT key_hash FROM access_apikey",
    "pg_sleep(10)",
    "$$",
    "%(sql)s %s {0}",
]
API_LISTS = {
    "/api/clients/": ["phone", "operator_code", "tag", "timezone", "search", "ordering", "cursor"],
    "/api/mailings/": ["status", "start_from", "search", "ordering", "cursor", "page_size"],
    "/api/messages/": ["mailing", "client", "status", "sent_from", "ordering", "cursor"],
}
CONSOLE_LISTS = {
    "/clients/": ["phone", "tag", "code", "zone", "before"],
    "/mailings/": ["q", "status", "state", "before"],
    "/messages/": ["phone", "status", "reason", "mailing", "before", "q"],
    "/search/": ["q"],
}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://evil.example")']


@pytest.fixture
def rows() -> None:
    make_message(make_running_mailing(text="Hello"), make_client(tag="vip"))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_sql_statement_in_an_api_filter_finds_nothing(rows: None, statement: str) -> None:
    http = caller("read key")
    for path, names in API_LISTS.items():
        for name in names:
            answer: Any = http.get(path, {name: statement})
            found = answer.json().get("results") if answer.status_code == 200 else []
            assert (answer.status_code in (200, 400), found) == (True, []), (path, name)
    assert Client.objects.exists()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_sql_statement_in_a_console_filter_is_harmless(rows: None, statement: str) -> None:
    http = caller("administrator")
    for path, names in CONSOLE_LISTS.items():
        for name in names:
            assert http.get(path, {name: statement}).status_code == 200, (path, name)
    assert Client.objects.exists()


def test_a_wildcard_in_a_search_matches_itself_alone() -> None:
    make_client(tag="50 % off")
    make_client(tag="vip")
    answer: Any = caller("read key").get("/api/clients/", {"search": "%"})
    assert [client["tag"] for client in answer.json()["results"]] == ["50 % off"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(formula: str) -> None:
    mailing = make_running_mailing(text=formula, tags=[formula])
    message = make_message(mailing, make_client(tag=formula))
    changes = {"status": "failed", "reason": "other", "error": formula, "next_attempt_at": None}
    Message.objects.filter(pk=message.pk).update(**changes)
    upload = ClientUpload.objects.create(file_name="x", uploaded_by="x", rejected=1)
    RejectedLine.objects.create(upload=upload, line=1, field="tag", reason=formula, content=formula)
    http = caller("operator")
    of_mailing = f"/mailings/{mailing.pk}/messages.csv"
    rejected = f"/clients/imports/{upload.pk}/rejected.csv"
    for path in ("/clients.csv", "/mailings.csv", "/messages.csv", rejected, of_mailing):
        cells = [cell for row in _cells(http, path) for cell in row]
        assert any(formula.strip() in cell for cell in cells), path
        assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {*"=+-@\t\r\n"}], path


def _cells(http: Browser, path: str) -> list[list[str]]:
    answer: Any = http.get(path)
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))
