"""Writing a mailing in a browser: what is seen is what is sent, and nothing is sent by a slip."""

from typing import Any

import pytest

from notification_service.mailings.models import Mailing
from tests.console.browser.conftest import log_in
from tests.console.browser.test_operator import write
from tests.factories import make_client, make_message, make_running_mailing


def test_the_time_of_the_start_is_there_only_where_it_holds(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    time = page.get_by_label("Start", exact=True)
    assert not time.is_visible()
    page.get_by_label("Starts").select_option("at a set time")
    time.fill("2098-01-01T10:00")
    page.get_by_label("Starts").select_option("now")
    assert (time.is_visible(), time.input_value()) == (False, "")


def test_the_hours_are_there_only_where_they_hold(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("From", exact=True).wait_for()
    page.get_by_label("Only at these hours").uncheck()
    page.get_by_label("From", exact=True).wait_for(state="hidden")


def test_enter_in_a_field_sends_nothing(page: Any) -> None:
    make_client()
    log_in(page, "operator")
    write(page, "Typed, and not sent")
    page.get_by_label("Operator codes").press("Enter")
    agreed = page.get_by_label("Yes, send it to everyone")
    agreed.check()
    agreed.press("Enter")
    page.get_by_role("heading", name="New mailing").wait_for()
    assert page.get_by_label("Text").input_value() == "Typed, and not sent"
    assert not Mailing.objects.exists()


def test_a_mailing_that_nobody_would_get_is_not_sent(page: Any) -> None:
    make_client(tag="new")
    log_in(page, "operator")
    write(page, "For nobody")
    page.get_by_label("Tags", exact=True).fill("vip")
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_text("No client matches: nobody would get it.").first.wait_for()
    assert page.get_by_role("button", name="Send now").count() == 0
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("status", ["running", "paused"])
def test_an_operator_changes_a_started_mailing(page: Any, status: str) -> None:
    mailing = make_running_mailing(status=status)
    make_message(mailing)
    log_in(page, "operator")
    page.goto(f"/mailings/{mailing.pk}/")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Text").fill("Another text")
    page.get_by_text("Not sent yet, and changed: 1 message").wait_for()
    page.get_by_role("button", name="Check the changes").click()
    page.get_by_role("button", name="Save the changes").click()
    page.get_by_text("The mailing is changed").wait_for()
    mailing.refresh_from_db()
    assert mailing.text == "Another text"


def test_the_summary_works_without_scripts(chromium: Any, page: Any) -> None:
    make_client(tag="vip")
    log_in(page, "operator")
    context = chromium.new_context(
        base_url=page.live_server_url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/mailings/new/")
    plain.get_by_label("Text").fill("Without scripts")
    plain.get_by_label("Tags", exact=True).fill("vip")
    plain.get_by_label("Only at these hours").uncheck()
    plain.get_by_role("button", name="Check before sending").click()
    plain.get_by_role("button", name="Send now to 1 client").click()
    plain.get_by_text("is scheduled.").wait_for()
    context.close()


def test_going_back_after_sending_shows_an_empty_form(page: Any) -> None:
    make_client(tag="vip")
    log_in(page, "operator")
    write(page, "Sent once")
    page.get_by_label("Tags", exact=True).fill("vip")
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("button", name="Send now to 1 client").click()
    page.get_by_text("is scheduled.").wait_for()
    for _ in range(2):
        page.go_back()
        page.get_by_role("heading", name="New mailing").wait_for()
        assert page.get_by_label("Text").input_value() == ""
    assert Mailing.objects.count() == 1


def test_going_back_from_the_summary_keeps_what_was_typed(page: Any) -> None:
    make_client(tag="vip")
    log_in(page, "operator")
    write(page, "Not sent yet")
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("heading", name="Check before sending").wait_for()
    page.go_back()
    page.get_by_text("This is the draft that you left here.").wait_for()
    assert page.get_by_label("Text").input_value() == "Not sent yet"
