"""Clients are found by conditions, built by keyboard, and changed together."""

from typing import Any

from tests.console.browser.conftest import log_in
from tests.console.browser.test_filters import make_clients, tab_to


def test_clients_are_found_by_conditions_that_are_built_by_keyboard(page: Any) -> None:
    make_clients()
    log_in(page, "operator")
    page.goto("/clients/")
    page.get_by_text("Find by conditions").press("Enter")
    conditions = page.get_by_role("group", name="Conditions", exact=True)
    tab_to(page, conditions.get_by_role("button", name="Add a condition"))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'where-0-field'")
    page.keyboard.type("city")
    page.locator("#where-0-value").wait_for()
    tab_to(page, page.locator("#where-0-value"))
    page.keyboard.type("Tver")
    page.locator("#count").get_by_text("1 client").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Only clients with this:").wait_for()
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="Change them all…").click()
    page.get_by_text("The clients of the list that you came from: 1 client.").wait_for()
