"""`make screenshots`: every screen, light and dark, wide and narrow, from a seeded run.

To read the screens once more in Russian, and to the end of each page:
`SCREENSHOTS=/tmp/ru SCREENSHOTS_LANGUAGE=ru SCREENSHOTS_WHOLE=1 make screenshots`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import conf
from django.core.cache import cache
from django.utils import timezone

from notification_service.mailings.models import TestSend
from tests.console.browser.conftest import log_in
from tests.console.browser.pictured.screens import seeded_screens

FOLDER = Path(os.environ.get("SCREENSHOTS", "docs/screenshots"))
LANGUAGE = os.environ.get("SCREENSHOTS_LANGUAGE", "en")
IS_WHOLE = "SCREENSHOTS_WHOLE" in os.environ
IN_RUSSIAN = ("overview", "mailing", "new", "check")  # for what is written in Russian
SIZES = {"wide": (1440, 880), "narrow": (375, 800)}
MOST_PIXELS = 2400  # of a whole page: tables go on as they began
REQUEST = """POST https://api.twilio.com/2010-04-01/Accounts/***/Messages.json
Authorization: Basic ***

From=%2B15005550006&To=%2B7916***4567&Body=Hello"""


def test_every_screen_has_its_screenshot_taken(page: Any, settings: Any) -> None:
    settings.GATEWAY_URL = "https://gateway.example.com"
    FOLDER.mkdir(parents=True, exist_ok=True)
    speak(page, LANGUAGE)
    page.goto("/login/")
    shoot(page, "login")
    log_in(page, "administrator")
    shoot(page, "empty")
    screens = seeded_screens()
    cache.clear()  # of the empty overview
    for name, path in screens.items():
        open_screen(page, name, path)
        shoot(page, name)
        if name == "new":
            check(page)
            shoot(page, "check")
    if LANGUAGE == "en":
        shoot_in_russian(page, screens)


def shoot_in_russian(page: Any, screens: dict[str, str]) -> None:
    speak(page, "ru")
    page.evaluate("localStorage.clear()")  # the draft in English
    page.set_viewport_size({"width": 1440, "height": 880})
    for name in IN_RUSSIAN:
        if name == "check":
            check(page)
        else:
            open_screen(page, name, screens[name])
        page.screenshot(path=FOLDER / f"{name}-ru.png", animations="disabled")


def speak(page: Any, language: str) -> None:
    cookie = {"name": conf.settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.live_server_url}
    page.context.add_cookies([cookie])


def open_screen(page: Any, name: str, path: str) -> None:
    page.goto(path)
    if name in DONE_THERE:
        DONE_THERE[name](page)


def shoot(page: Any, name: str) -> None:
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if IS_WHOLE:
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, min(whole, MOST_PIXELS))})
        for scheme in ("light", "dark"):
            page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark")
            page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", animations="disabled")


def write_mailing(page: Any) -> None:
    page.locator("#id_text").fill("{{name|Здравствуйте}}! До воскресенья скидка 20 % на всё. Ждём вас.")
    page.locator("#preview").get_by_text("SMS").wait_for()


def check(page: Any) -> None:
    page.locator("#review").click()
    page.locator("[data-review]").wait_for()


def try_gateway(page: Any) -> None:
    page.locator("#id_test_send_phone").fill("+7 916 123-45-67")
    page.locator("#test-send-form #id_text").fill("Hello")
    page.locator("#send-test-send").click()
    page.locator("#test-send .flash").wait_for()
    ended = {"status": "sent", "finished_at": timezone.now(), "phone": "", "text": ""}
    answered = {"request": REQUEST, "response_status": 201, "response": '{"sid": "SM4f1c"}'}
    TestSend.objects.update(**ended, **answered, provider_id="SM4f1c")
    page.locator("#test-send .code").wait_for()
    page.locator("#test-send").scroll_into_view_if_needed()


DONE_THERE: dict[str, Callable[[Any], None]] = {"new": write_mailing, "gateway-tried": try_gateway}
