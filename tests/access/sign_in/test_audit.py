"""Logins, failed ones and second factors in the audit log."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import reverse

from notification_service.audit.models import Entry
from tests.access.sign_in.issuer import Issuer
from tests.access.sign_in.test_openid import in_groups, issuer, sign_in
from tests.access.sign_in.test_second_factor import enrol, enrolled, log_in
from tests.audit.entries import entries_of
from tests.console.conftest import PASSWORD, make_person

__all__ = ["enrolled", "issuer"]
pytestmark = pytest.mark.django_db
Enrolled = tuple[str, list[str]]


def told(entries: list[Entry]) -> list[tuple[str, str, str, Any]]:
    return [(entry.action, entry.object_name, entry.actor_kind, entry.facts) for entry in entries]


def fail(username: str) -> None:
    Browser(REMOTE_ADDR="203.0.113.7").post("/login/", {"username": username, "password": "wrong"})


def test_a_wrong_password_leaves_an_entry_with_the_visitors_address() -> None:
    make_person("viewer")
    with entries_of() as entries:
        fail("viewer")
    assert told(entries) == [("person.sign_in_failed", "viewer", "nobody", {"reason": "password"})]
    assert entries[0].address == "203.0.113.7"


@pytest.mark.parametrize("username", ["my-own-password", "viewer\0", ""])
def test_an_unknown_user_name_is_not_kept_in_the_log(username: str) -> None:
    with entries_of() as entries:
        fail(username)
    assert told(entries) == [("person.sign_in_failed", "", "nobody", {"reason": "password"})]


def test_adding_and_removing_a_second_factor_leaves_entries() -> None:
    with entries_of() as entries:
        make_person("operator")
        browser = Browser()
        log_in(browser)
        enrol_and_switch_off(browser)
    assert [(entry.action, entry.facts.get("kinds")) for entry in entries] == [
        ("person.signed_in", None),
        ("person.second_factor_added", ["recovery_codes", "totp"]),
        ("person.second_factor_added", ["recovery_codes"]),
        ("person.second_factor_removed", ["recovery_codes", "totp"]),
    ]
    assert {entry.actor_name for entry in entries} == {"operator"}


def enrol_and_switch_off(browser: Browser) -> None:
    enrol(browser)
    browser.post(reverse("mfa_generate_recovery_codes"))
    browser.post(reverse("mfa_deactivate_totp"))


def test_a_wrong_code_leaves_an_entry_and_a_right_code_leaves_one_login(enrolled: Enrolled) -> None:
    browser = Browser()
    with entries_of() as entries:
        log_in(browser)
        browser.post("/login/code/", {"code": "000000"})
        browser.post("/login/code/", {"code": enrolled[1][0]})
    assert told(entries)[0] == ("person.sign_in_failed", "operator", "nobody", {"reason": "code"})
    assert [(entry.action, entry.actor_name) for entry in entries[1:]] == [("person.signed_in", "operator")]


def test_a_password_change_with_a_wrong_old_password_leaves_no_entry() -> None:
    browser = Browser()
    browser.force_login(make_person("viewer"))
    fields = {"old_password": "wrong", "new_password1": f"{PASSWORD}-2", "new_password2": f"{PASSWORD}-2"}
    with entries_of() as entries:
        browser.post(reverse("admin:password_change"), fields)
    assert entries == []


def test_a_refused_login_of_the_identity_provider_leaves_an_entry_with_the_reason(issuer: Issuer) -> None:
    with entries_of() as entries:
        sign_in(Browser())
        in_groups(issuer, "staff")
        sign_in(Browser())
        in_groups(issuer, "nobody")
        sign_in(Browser())
    name = User.objects.latest("pk").username
    assert [(entry.action, entry.changes) for entry in entries] == [
        ("person.created", {}),
        ("person.signed_in", {}),
        ("person.changed", {"role": ["operator", "viewer"]}),
        ("person.signed_in", {}),
        ("person.changed", {"role": ["viewer", ""]}),
        ("person.sign_in_failed", {}),
    ]
    assert {entry.object_name for entry in entries} == {name}
