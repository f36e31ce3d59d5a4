"""No form of ours can be sent from another site, in the name of whoever is logged in."""

from typing import Any

import pytest
from django.test import Client as Browser

from notification_service.access.models import ApiKey
from tests.security.doors import address_of, needed, routes
from tests.security.test_doors import person

pytestmark = pytest.mark.django_db

NEVER_FOR_POST = (400, 404, 405)  # whoever asks, and with whatever token


def test_a_form_of_another_site_changes_nothing() -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(person("administrator"))
    changes = [route for route in routes() if needed(route, "POST") not in ("metrics", "provider")]
    statuses = {route: _post(browser, address_of(route)) for route in changes}
    let_in = {route for route, status in statuses.items() if status not in (403, *NEVER_FOR_POST)}
    assert let_in == set()


def _post(browser: Browser, address: str) -> int:
    answer: Any = browser.post(address, {}, headers={"Origin": "https://evil.example"})
    return int(answer.status_code)


def test_a_request_with_an_api_key_needs_no_csrf_token() -> None:
    _row, key = ApiKey.issue(name="program", scope="write")
    program = Browser(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})
    answer = program.post("/api/mailings/audience/", {}, content_type="application/json")
    assert answer.status_code == 200
