"""A mailing is spread in a browser."""

from typing import Any

from notification_service.mailings.models import Mailing
from tests.console.browser.conftest import log_in
from tests.factories import make_client


def test_a_mailing_is_spread_and_its_summary_follows_what_is_typed(page: Any) -> None:
    make_client(timezone="Europe/Moscow")
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill("Hello")
    page.get_by_label("End:").fill("2098-11-10T12:00")
    page.get_by_label("Only at these hours").uncheck()
    field = page.get_by_label("Spread over so many minutes")
    field.fill("90000")
    page.locator("#preview").get_by_role("link", name="Spread over so many minutes").wait_for()
    field.fill("90")
    page.locator("#preview").get_by_text("over 90 minutes").wait_for()
    page.reload()  # what was typed is kept in the browser
    assert field.input_value() == "90"
    page.get_by_label("Operator codes").press("Enter")
    page.locator("[data-review]").get_by_text("over 90 minutes").wait_for()
    page.get_by_label("Yes, send it to everyone").check()
    page.locator("#confirm").click()
    page.locator("dd").get_by_text("over 90 minutes").wait_for()
    assert Mailing.objects.get().spread_minutes == 90
