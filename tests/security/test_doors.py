"""The table of endpoint and role: who gets in where, tried at every address with every method."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client as HttpClient
from django.utils import timezone

from notification_service import environment
from notification_service.access.models import ApiKey
from notification_service.access.permissions import OF_ROLE, ROLES, SCOPES
from tests.console.conftest import PASSWORD, make_person
from tests.security.doors import (
    API_ADDRESSES,
    CALLERS,
    DOORS,
    address_of,
    expected,
    methods_of,
    permissions_table,
    routes,
    table,
)

pytestmark = pytest.mark.django_db


def caller(name: str) -> HttpClient:
    if not name.endswith("key"):
        http = HttpClient(raise_request_exception=False)
        http.force_login(person(name))
        return http
    key = {"no key": "", "forged key": f"ns_{'x' * 43}"}.get(name) or _issued(name)
    headers = {} if name == "no key" else {"Authorization": f"Bearer {key}"}
    return HttpClient(headers=headers, raise_request_exception=False)


def person(role: str) -> User:
    """Who has no role had one yesterday: the login is there, and nothing else."""
    if role == "no role":
        return User.objects.create_user(role, password=PASSWORD, is_staff=True)
    return User.objects.filter(username=role).first() or make_person(role)


def _issued(name: str) -> str:
    scope = name.split()[0]
    row, key = ApiKey.issue(name=name, scope=scope if scope in SCOPES else "write", pii="pii" in name)
    match name:
        case "expired key":
            row.expires_at = timezone.now()
        case "revoked key":
            row.revoked_at = timezone.now()
    row.save()
    return key


def outcome(name: str, method: str, address: str) -> str:
    answer: Any = caller(name).generic(method, address, b"", "application/json")
    assert answer.status_code != 500
    if answer.status_code in (401, 403):
        return str(answer.status_code)
    is_sent_away = answer.status_code == 302 and answer["Location"].startswith(
        ("/login/", "/account/confirm/")
    )
    return "login" if is_sent_away else "in"


DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
EVERYWHERE = [(route, method) for route in routes() for method in methods_of(route)]


@pytest.mark.parametrize(("route", "method"), EVERYWHERE, ids=lambda value: value)
def test_an_address_is_open_to_the_callers_of_the_table_alone(route: str, method: str) -> None:
    address = address_of(route)
    assert {name: outcome(name, method, address) for name in CALLERS} == expected(route, method)


def test_the_table_lists_exactly_the_addresses_of_the_service() -> None:
    assert routes() == sorted({*DOORS, *API_ADDRESSES})


@pytest.mark.parametrize(
    ("name", "printed"),
    [("doors", table()), ("permissions", permissions_table())],
    ids=["doors", "permissions"],
)
def test_the_security_document_shows_the_current_tables(name: str, printed: str) -> None:
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    assert DOCUMENT.read_text().partition(start)[2].partition(end)[0] == printed


def test_the_roles_of_the_environment_are_those_of_the_table() -> None:
    assert environment.ROLES == ROLES


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_group_has_what_the_table_says_and_no_more(role: str) -> None:
    assert person(role).get_all_permissions() == OF_ROLE[role]
