"""The second factor, as a phone's app would have it."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from tests.console.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def log_in(browser: Browser, role: str = "operator", **query: str) -> Any:
    fields = {"username": role, "password": PASSWORD, **query}
    return browser.post("/login/", fields)


def enrol(browser: Browser) -> tuple[str, list[str]]:
    """Switch it on, as its screens lead; the key and the recovery codes."""
    asked = browser.get(reverse("mfa_activate_totp"), follow=True)
    assert asked.redirect_chain[-1][0].startswith("/account/confirm/")
    page = browser.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert secret is not None
    assert 'src="data:image/svg+xml;base64,' in page
    done = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret[1])}, follow=True)
    return secret[1], re.findall(r"<li><code>(\d+)</code></li>", done.content.decode())


@pytest.fixture
def enrolled() -> tuple[str, list[str]]:
    make_person("operator")
    browser = Browser()
    log_in(browser)
    secret, codes = enrol(browser)
    cache.clear()  # the code that switched it on may be used once more in its half minute
    return secret, codes


def test_a_password_alone_does_not_log_in_a_person_with_a_second_factor(
    enrolled: tuple[str, list[str]],
) -> None:
    browser = Browser()
    assert log_in(browser)["Location"] == "/login/code/"
    assert browser.get("/").status_code == 302
    assert browser.get("/api/clients/").status_code == 401


def test_a_code_logs_in_and_leads_to_the_requested_page(enrolled: tuple[str, list[str]]) -> None:
    browser = Browser()
    log_in(browser, next="/mailings/")
    answer = browser.post("/login/code/", {"code": code_of(enrolled[0])})
    assert answer["Location"] == "/mailings/"
    assert browser.get("/mailings/").status_code == 200


def test_a_code_logs_in_only_once(enrolled: tuple[str, list[str]]) -> None:
    code, first, second = code_of(enrolled[0]), Browser(), Browser()
    for browser in (first, second):
        log_in(browser)
        browser.post("/login/code/", {"code": code})
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)


def test_a_recovery_code_logs_in_only_once(enrolled: tuple[str, list[str]]) -> None:
    codes = enrolled[1]
    assert len(codes) == 10
    first, second = Browser(), Browser()
    for browser in (first, second):
        log_in(browser)
        browser.post("/login/code/", {"code": codes[0]})
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)


def test_five_wrong_codes_end_the_login(enrolled: tuple[str, list[str]]) -> None:
    browser = Browser()
    log_in(browser)
    for _ in range(5):
        browser.post("/login/code/", {"code": "000000"})
    browser.post("/login/code/", {"code": code_of(enrolled[0])})
    assert browser.get("/").status_code == 302


def test_the_code_page_is_closed_to_visitors_who_gave_no_password(enrolled: tuple[str, list[str]]) -> None:
    assert Browser().get("/login/code/")["Location"] == "/login/"


def test_the_database_keeps_the_key_and_the_recovery_codes_encrypted(enrolled: tuple[str, list[str]]) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert enrolled[0] not in kept
    assert enrolled[1][0] not in kept


def test_removing_the_second_factor_needs_the_password_or_a_code(
    enrolled: tuple[str, list[str]],
) -> None:
    browser = Browser()
    log_in(browser)
    browser.post("/login/code/", {"code": code_of(enrolled[0])})
    asked = browser.post(reverse("mfa_deactivate_totp"))
    assert asked["Location"].startswith("/account/confirm/")
    browser.post(asked["Location"], {"password": PASSWORD})
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()


def test_an_administrator_removes_a_persons_second_factor(enrolled: tuple[str, list[str]]) -> None:
    administrator, person = make_person("administrator"), Authenticator.objects.all()[0].user
    browser = Browser()
    browser.force_login(administrator)
    assert "second-factor/remove" in browser.get(reverse("console:person", args=[person.pk])).content.decode()
    browser.post(reverse("console:person-second-factor", args=[person.pk]))
    assert log_in(Browser())["Location"] == "/"
