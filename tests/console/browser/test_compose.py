"""Writing a mailing in a browser: what is seen is what is sent, and nothing is sent by a slip."""

from typing import Any

from tests.console.browser.conftest import log_in


def test_the_time_of_the_start_is_there_only_where_it_holds(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    time = page.get_by_label("Start", exact=True)
    assert not time.is_visible()
    page.get_by_label("Starts").select_option("at a time")
    time.fill("2098-01-01T10:00")
    page.get_by_label("Starts").select_option("at once")
    assert (time.is_visible(), time.input_value()) == (False, "")


def test_the_hours_are_there_only_where_they_hold(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("From", exact=True).wait_for()
    page.get_by_label("Only between").uncheck()
    page.get_by_label("From", exact=True).wait_for(state="hidden")
