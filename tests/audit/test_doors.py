"""Whatever is done at an address leaves one entry: no new address can be forgotten."""

import json
import re
from typing import Any

import pytest
from django.test import Client as Browser

from notification_service.audit.actions import Action
from tests.audit.doors import SILENT, TELLING, api_writes
from tests.audit.entries import entries_of
from tests.console.conftest import make_person
from tests.security.doors import DOORS

pytestmark = pytest.mark.django_db
BY_ITSELF = {
    *(
        Action.MAILING_STARTED,
        Action.MAILING_MISSED,
        Action.MAILING_ANONYMISED,
    ),  # tests/audit/test_entries.py
    *(Action.IMPORT_FINISHED, Action.IMPORT_FAILED),  # tests/audit/test_uploads.py
    *(Action.OPT_OUTS_IMPORTED, Action.CONSENTS_IMPORTED),  # from files: tests/api/test_preferences.py
    *(Action.BULK_FINISHED, Action.BULK_FAILED),  # tests/mailings/bulk_actions/
    Action.PHONES_READ,  # of many clients: tests/security/test_phones.py
    Action.GATEWAY_RELEASED,  # by command: tests/audit/test_entries.py
    Action.WEBHOOK_DISABLED,  # tests/webhooks/test_telling.py
    *(Action.SECOND_FACTOR_ADDED, Action.SIGN_IN_FAILED),  # tests/access/sign_in/test_audit.py
}


@pytest.fixture
def administrator() -> Browser:
    browser = Browser(REMOTE_ADDR="203.0.113.7", headers={"X-Request-ID": "asked-1"})
    browser.force_login(make_person("administrator"))
    return browser


@pytest.mark.parametrize(("method", "route"), TELLING, ids=lambda value: value)
def test_a_change_leaves_one_entry_with_the_actor_and_the_address(
    administrator: Browser, method: str, route: str
) -> None:
    action, prepare = TELLING[method, route]
    pk, body = prepare()
    with entries_of() as entries:
        answer = send(administrator, method, re.sub(r"<[^>]+>", str(pk), route), body)
    assert answer.status_code < 400, getattr(answer, "content", b"")[:500]
    (entry,) = entries
    assert entry.action == action
    assert (entry.actor_kind, entry.actor_name) == (
        "person",
        "viewer" if route == "/login/" else "administrator",
    )
    assert (entry.address, entry.request_id) == ("203.0.113.7", "asked-1")
    assert entry.source == ("api" if route.startswith("/api/") else "console")
    assert pk is None or entry.object_id == pk


def send(browser: Browser, method: str, path: str, body: Any) -> Any:
    if path.startswith("/api/"):
        return browser.generic(method, path, *as_json(body))
    return browser.get(path) if method == "GET" else browser.post(path, body or {})


def as_json(body: Any) -> tuple[bytes, str]:
    return (b"" if body is None else json.dumps(body).encode()), "application/json"


def test_every_write_of_the_api_leaves_an_entry_or_is_listed_as_silent() -> None:
    silent = {tuple(each.split()) for each in SILENT if " " in each}
    told = {each for each in TELLING if each[1].startswith("/api/")}
    assert api_writes() == told | silent


def test_every_screen_leaves_an_entry_or_is_listed_as_silent() -> None:
    told = {route for _, route in TELLING if not route.startswith("/api/")}
    silent = {each for each in SILENT if " " not in each}
    assert told & silent == set()
    assert told | silent == set(DOORS)


def test_every_action_of_the_log_is_tested() -> None:
    assert {action for action, _ in TELLING.values()} | BY_ITSELF == set(Action)
