"""What no browser sends to the console is answered as well, and never by an error of ours."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from tests.security.doors import DOORS
from tests.security.test_doors import caller

pytestmark = pytest.mark.django_db

IDS = ["0", str(2**31), str(2**63 - 1), str(2**63), "9" * 40, "9" * 5000, "1%00", "٣", "1%0a"]
TEXTS = ["\x00", "a\x00b", "9" * 30, "٣", "🙂" * 300, "\u2028", "x" * 3000]
LISTS = [
    "/clients/",
    "/mailings/",
    "/messages/",
    "/search/",
    "/clients.csv",
    "/mailings.csv",
    "/messages.csv",
    "/",
]
NAMES = [
    "q",
    "phone",
    "tag",
    "code",
    "zone",
    "status",
    "reason",
    "mailing",
    "before",
    "state",
    "from",
    "written",
]


def failures(browser: Browser, requests: dict[str, dict[str, str]]) -> set[str]:
    browser.raise_request_exception = False
    answers: dict[str, Any] = {path: browser.get(path, query) for path, query in requests.items()}
    for answer in answers.values():
        if answer.streaming:
            answer.getvalue()
    return {path for path, answer in answers.items() if answer.status_code >= 500}


@pytest.mark.parametrize("row", IDS, ids=lambda row: row[:9])
def test_an_invalid_id_causes_no_server_error(row: str) -> None:
    paths = [re.sub(r"<[^>]+>", row, route) for route in DOORS if "<" in route]
    assert failures(caller("administrator"), {path: {} for path in paths}) == set()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:12])
def test_an_invalid_filter_causes_no_server_error(text: str) -> None:
    query = dict.fromkeys(NAMES, text)
    browser = caller("administrator")
    assert failures(browser, dict.fromkeys(LISTS, query)) == set()
    assert failures(browser, {path: {"q": text} for path in LISTS}) == set()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:12])
def test_an_invalid_login_causes_no_server_error(text: str) -> None:
    browser = Browser(raise_request_exception=False)
    for fields in ({"username": text, "password": text}, {"username": "viewer", "password": text}):
        answer = browser.post("/login/", fields, headers={"User-Agent": "\x80", "Accept": "\xff"})
        assert answer.status_code == 200
    for path in ("/login/oidc/callback/", "/login/oidc/"):
        assert browser.get(path, {"code": text, "state": text, "next": text}).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/static/%00",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/%00",
        "/%ff",
    ],
)
def test_an_invalid_path_causes_no_server_error(path: str) -> None:
    answer: Any = Browser(raise_request_exception=False).get(path)
    assert answer.status_code in (301, 302, 400, 404)
