"""What an operator stumbles on in a browser, beside the great things."""

from typing import Any

import pytest

from notification_service.console.middleware import COOKIE
from tests.console.browser.conftest import ZONE, log_in, log_in_by_form
from tests.console.browser.test_operator import write
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_mailing,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
)

DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('console-draft-')).length"


def test_the_first_page_is_already_in_the_browsers_zone(page: Any) -> None:
    log_in(page, "viewer")
    page.context.clear_cookies(name=COOKIE)
    page.evaluate("location.assign('/mailings/')")
    page.get_by_text(f"Times are in your zone, {ZONE} (UTC+3).").wait_for()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "reload"


def test_a_zone_that_the_server_does_not_know_is_asked_for_once(page: Any, chromium: Any) -> None:
    log_in(page, "viewer")
    page.context.clear_cookies(name=COOKIE)
    page.add_init_script(
        "Intl.DateTimeFormat.prototype.resolvedOptions = () => ({ timeZone: 'Mars/Olympus' });"
        "sessionStorage.loads = 1 + Number(sessionStorage.loads || 0);"
    )
    page.evaluate("location.assign('/mailings/')")
    page.get_by_text("Times are in your zone, UTC.").wait_for()
    page.wait_for_function("sessionStorage.loads === '2'")
    page.reload()
    assert page.evaluate("sessionStorage.loads") == "3"


def test_nothing_is_called_wrong_before_anything_is_typed(page: Any) -> None:
    make_client()
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_text("1 client in 1 time zone").wait_for()
    assert page.get_by_text("required").count() == 0


def test_a_tag_is_chosen_by_the_keyboard_from_those_that_clients_have(page: Any) -> None:
    for tag in ("VIP", "VIP", "vip club"):
        make_client(tag=tag)
    log_in(page, "operator")
    page.goto("/mailings/new/")
    field = page.get_by_label("Tags", exact=True)
    field.press_sequentially("vip")
    page.get_by_role("option", name="VIP 2").wait_for()
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    assert field.input_value() == "vip club, "
    page.get_by_text("1 client in 1 time zone").wait_for()
    field.press_sequentially("V")
    page.get_by_role("option", name="VIP 2").click()
    assert field.input_value() == "vip club, VIP, "
    field.press("Escape")
    page.get_by_role("listbox").wait_for(state="hidden")
    assert page.get_by_role("heading", name="New mailing").is_visible()


def test_a_column_of_tags_can_be_pasted(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "vip\\r\\nnew\\n");
          const paste = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
          document.querySelector("[data-tags]").dispatchEvent(paste);
        }"""
    )
    assert page.get_by_label("Tags", exact=True).input_value() == "vip, new"


def test_a_draft_ends_with_the_logout(page: Any) -> None:
    log_in(page, "operator")
    write(page, "Personal")
    assert page.evaluate(DRAFTS) == 1
    page.locator("summary").first.click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="You are logged out").wait_for()
    assert page.evaluate(DRAFTS) == 0


def test_a_draft_is_not_left_for_whoever_logs_in_next(page: Any) -> None:
    log_in(page, "operator")
    write(page, "Personal")
    page.context.clear_cookies()
    log_in(page, "administrator")
    assert page.evaluate(DRAFTS) == 0


def test_an_ended_session_is_a_link_away_from_what_was_typed(page: Any) -> None:
    make_client()
    log_in(page, "operator")
    write(page, "Typed before the session ended")
    page.get_by_text("1 client in 1 time zone").wait_for()
    page.context.clear_cookies()
    page.get_by_label("Text").press_sequentially("!")
    page.locator("[data-stale]").get_by_role("link", name="Log in").click()
    page.get_by_label("Username").wait_for()
    assert page.url.endswith("/login/?next=%2Fmailings%2Fnew%2F")
    log_in_by_form(page, "operator", path=page.url)
    assert page.get_by_label("Text").input_value() == "Typed before the session ended!"


def test_a_mailing_of_which_nothing_is_sent_has_no_full_bar(page: Any) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    log_in(page, "viewer")
    page.goto(f"/mailings/{mailing.pk}/")
    fills = "[...document.querySelectorAll('.bar rect')].map((part) => getComputedStyle(part).fill)"
    assert page.evaluate(fills) == ["rgba(0, 0, 0, 0)"]


@pytest.mark.parametrize("path", ["/messages/", "/mailings/"])
def test_a_full_list_is_not_endless_on_a_phone(page: Any, path: str) -> None:
    make_clients_in_bulk(50)
    mailing = make_running_mailing(text="A text of two lines at least, as most are, on a small screen")
    make_messages_in_bulk(mailing, status="sent")
    for _ in range(25):
        make_mailing(text=mailing.text)
    log_in(page, "operator")
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollHeight") < 8_000


def test_sections_beyond_the_edge_are_hinted_at(page: Any) -> None:
    log_in(page, "administrator")
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/")
    page.locator("nav.more-after:not(.more-before)").wait_for()
    page.goto("/settings/audit/")
    page.locator("nav.more-before").wait_for()
    page.set_viewport_size({"width": 1440, "height": 800})
    page.locator("nav:not(.more-before):not(.more-after)").first.wait_for()


def test_the_keyboard_stops_at_no_field_without_use(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Starts").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "end_at"
    page.get_by_label("Only at these hours").uncheck()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") not in ("window_from", "window_to")


def test_a_search_shows_no_banner(page: Any) -> None:
    message = make_message()
    log_in(page, "operator")
    page.goto("/")
    page.get_by_label("Phone, id or words").fill(str(message.pk))
    page.get_by_label("Phone, id or words").press("Enter")
    page.get_by_role("link", name=f"Message #{message.pk}").wait_for()
    assert page.locator(".flashes .flash").count() == 0
