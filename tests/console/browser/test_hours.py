"""Days and holidays in a browser, by keyboard alone."""

from typing import Any

from notification_service.mailings.models import ContactHours, Mailing
from tests.console.browser.conftest import log_in
from tests.factories import make_client


def test_days_and_a_country_are_chosen_by_keyboard(page: Any) -> None:
    make_client(timezone="Europe/Moscow")
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Name", exact=True).fill("By keyboard")
    page.get_by_label("Text").fill("Hello")
    page.get_by_label("End:").fill("2098-11-10T12:00")
    page.get_by_label("From", exact=True).fill("")
    page.get_by_label("To", exact=True).fill("")
    page.get_by_label("Mon", exact=True).focus()
    for key in ("Space", "Tab", "Space", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("Kazakhstan")
    assert page.get_by_label("Not on public holidays of").input_value() == "KZ"
    page.locator("#preview .holidays").get_by_text("Independence Day").first.wait_for()
    page.reload()  # what was typed is kept in the browser
    assert page.get_by_label("Tue", exact=True).is_checked()
    page.get_by_label("Operator codes").press("Enter")
    page.get_by_label("Yes, send it to everyone").check()
    page.locator("#confirm").click()
    page.get_by_role("heading", name="By keyboard").wait_for()
    mailing = Mailing.objects.get()
    assert (mailing.window_from, mailing.window_days, mailing.window_holidays) == (None, ["mon", "tue"], "KZ")


def test_an_administrator_sets_the_contact_hours_by_keyboard(page: Any) -> None:
    log_in(page, "administrator")
    page.get_by_role("link", name="Contact hours").press("Enter")
    page.get_by_label("Only at these hours").press("Space")
    page.get_by_label("Sat", exact=True).press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("The contact hours are saved.").wait_for()
    assert ContactHours.objects.get().window_days == ["sat"]
