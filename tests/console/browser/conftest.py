"""A real browser at a real server. Without either package or browser these tests are skipped, saying so."""

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.test import Client

from notification_service.access.roles import ROLES
from notification_service.console.middleware import COOKIE
from tests.console.conftest import PASSWORD, make_person
from tests.journeys.conftest import service
from tests.journeys.service import wait_until

__all__ = ["service"]

# The shell has the same engine without windows and menus, and takes a third less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
ZONE = "Europe/Moscow"
QUIET = [
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")  # while it runs, no other event loop can on this thread
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is found: apt-get install chromium")
    # The driver runs an event loop on this thread, where Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class RequestsUnderWay:
    """Those of the live server: what it is still doing for a page that is gone would lock what is emptied."""

    def __init__(self) -> None:
        self._threads: set[int] = set()

    def begin(self, **_: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            self._threads.add(threading.get_ident())

    def end(self, **_: Any) -> None:
        self._threads.discard(threading.get_ident())

    def wait_for_ends(self) -> None:
        wait_until(lambda: not self._threads & _living_threads(), what="the end of every request")


def _living_threads() -> set[int | None]:
    return {thread.ident for thread in threading.enumerate()}


@pytest.fixture
def requests_under_way() -> Iterator[RequestsUnderWay]:
    under_way = RequestsUnderWay()
    request_started.connect(under_way.begin)
    request_finished.connect(under_way.end)
    yield under_way
    request_started.disconnect(under_way.begin)
    request_finished.disconnect(under_way.end)


@pytest.fixture
def page(chromium: Any, live_server: Any, requests_under_way: RequestsUnderWay) -> Iterator[Any]:
    """A new visitor, in Moscow, with one account of each role to log in with."""
    for role in ROLES:
        make_person(role)
    context = chromium.new_context(
        base_url=live_server.url, locale="en-US", timezone_id=ZONE, reduced_motion="reduce"
    )
    page = context.new_page()
    page.live_server_url = live_server.url
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    yield page
    context.close()
    requests_under_way.wait_for_ends()
    assert problems == []


def log_in(page: Any, role: str) -> None:
    """With a session made beside the form, which has tests of its own."""
    session = Client()
    session.force_login(User.objects.get(username=role))
    cookie = session.cookies[settings.SESSION_COOKIE_NAME]
    session_cookie = {"name": cookie.key, "value": cookie.value, "url": page.live_server_url}
    page.context.add_cookies([session_cookie, {**session_cookie, "name": COOKIE, "value": ZONE}])
    page.goto("/")


def log_in_by_form(page: Any, role: str, path: str = "/") -> None:
    page.goto(path)
    page.get_by_label("Username").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", level=1).wait_for()
