"""What every answer says to the browser, whatever kind it is; and what a session's cookies are."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from notification_service.api.views.messages import MessageViewSet
from notification_service.console.overview import views as overview
from tests.console.conftest import PASSWORD, make_person
from tests.security.test_doors import caller

pytestmark = pytest.mark.django_db

ANSWERS = {
    "a page": "/",
    "a page for everybody": "/login/",
    "a part of a page": "/live/",
    "JSON": "/api/clients/",
    "a problem": "/api/clients/?x=1",
    "the API as a page": "/api/",
    "the document": "/openapi.json",
    "its page": "/docs/",
    "CSV": "/clients.csv",
    "a page that is not there": "/nowhere/",
    "an address of the API that is not there": "/api/nowhere/",
    "health": "/health/live",
    "a redirect": "/clients",
}


def says_enough(answer: Any) -> bool:
    headers = {name: answer.headers.get(name, "") for name in ("X-Frame-Options", "X-Content-Type-Options")}
    assert headers == {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    return not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(answer.headers)


@pytest.mark.parametrize("path", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_page_allows_no_frame_no_guessed_type_and_no_foreign_script(path: str) -> None:
    accept = {"Accept": "text/html"} if path == "/api/" else {}
    assert says_enough(caller("administrator").get(path, headers=accept))


@pytest.mark.parametrize("path", ["/", "/api/messages/"])
def test_an_error_page_has_the_same_headers_and_reveals_no_details(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(overview, "show", fail)
    monkeypatch.setattr(MessageViewSet, "get_queryset", fail)
    answer = caller("administrator").get(path)
    assert answer.status_code == 500
    assert says_enough(answer)
    assert b"inside" not in answer.content


@pytest.mark.parametrize(
    "path", ["/api/clients/", "/api/messages/", "/clients/", "/clients.csv", "/messages/"]
)
def test_a_response_with_personal_data_is_never_cached(path: str) -> None:
    answer = caller("administrator").get(path)
    assert "no-store" in answer.headers.get("Cache-Control", "")


def log_in(browser: Browser) -> Any:
    return browser.post("/login/", {"username": "viewer", "password": PASSWORD}, secure=True)


def test_cookies_are_secure_same_site_and_http_only(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    make_person("viewer")
    browser = Browser()
    browser.get("/login/", secure=True)
    log_in(browser)
    browser.post("/i18n/setlang/", {"language": "ru"}, secure=True)
    for name in ("sessionid", "csrftoken", "django_language"):
        cookie = browser.cookies[name]
        assert (cookie["secure"], cookie["samesite"]) == (True, "Lax"), name
    assert browser.cookies["sessionid"]["httponly"]


def test_https_makes_every_cookie_secure(settings: Any) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    assert {getattr(settings, name) for name in names} == {settings.HTTPS}


def test_a_login_replaces_a_planted_session() -> None:
    make_person("viewer")
    browser = Browser()
    session = browser.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    log_in(browser)
    assert browser.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    other = Browser()
    other.cookies["sessionid"] = planted or ""
    assert other.get("/").status_code == 302


def test_an_invented_session_id_is_not_accepted() -> None:
    make_person("viewer")
    browser = Browser()
    browser.cookies["sessionid"] = "a" * 32
    log_in(browser)
    assert browser.cookies["sessionid"].value != "a" * 32


def test_a_logout_ends_the_session_for_every_holder_of_the_cookie() -> None:
    make_person("viewer")
    browser, thief = Browser(), Browser()
    log_in(browser)
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert thief.get("/").status_code == 200
    browser.post("/logout/")
    assert thief.get("/").status_code == 302
