"""A filter is built with the keyboard alone, counted meanwhile, kept, and used again as a segment."""

from typing import Any

from notification_service.directory.models import Segment
from notification_service.mailings.models import Mailing
from tests.console.browser.conftest import log_in
from tests.console.browser.test_operator import write
from tests.factories import make_client, make_mailing

BOUGHT = {"field": "attributes.spent", "op": "gt", "value": 1000}


def tab_to(page: Any, target: Any) -> None:
    """Reach it as a keyboard does, and say where it stopped if it cannot."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(page.evaluate("document.activeElement.outerHTML"))


def make_clients() -> None:
    for spent in (500, 1500, 2500):
        make_client(tag="vip", attributes={"city": "Kazan", "spent": spent})
    make_client(tag="vip", attributes={"city": "Tver", "spent": 9000})


def test_a_filter_is_built_by_keyboard_and_saved_as_a_segment(page: Any) -> None:
    make_clients()
    log_in(page, "operator")
    write(page, "To Kazan")
    conditions = page.get_by_role("group", name="Conditions", exact=True)
    page.get_by_label("Tags", exact=True).focus()
    tab_to(page, conditions.get_by_role("button", name="Add a condition"))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'where-0-field'")
    page.keyboard.type("city")
    page.locator("#where-0-value").wait_for()
    tab_to(page, page.locator("#where-0-value"))
    page.keyboard.type("Kazan")
    page.get_by_text("3 clients").wait_for()
    tab_to(page, conditions.get_by_role("button", name="Add a condition"))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'where-1-field'")
    page.keyboard.type("spent")
    page.locator("#where-1-value").wait_for()
    page.locator("#where-1-op").select_option("gt")
    tab_to(page, page.locator("#where-1-value"))
    page.keyboard.type("1000")
    page.get_by_text("2 clients").wait_for()
    page.get_by_label("Save as", exact=True).fill("Kazan buyers")
    page.keyboard.press("Enter")
    page.get_by_text("The segment “Kazan buyers” is saved.").wait_for()
    city = {"field": "attributes.city", "op": "eq", "value": "Kazan"}
    assert Segment.objects.get().filter == {"where": {"all": [city, BOUGHT]}}


def test_a_draft_and_a_mailing_keep_the_rows(page: Any) -> None:
    make_clients()
    Segment.objects.create(name="Big", filter={"where": BOUGHT})
    log_in(page, "operator")
    write(page, "Not to the big ones")
    left_out = page.get_by_role("group", name="But not those who…", exact=True)
    left_out.get_by_label("are in the segment").select_option("Big")
    left_out.get_by_role("button", name="Add a group").click()
    page.wait_for_function("() => document.activeElement.id === 'not-0-0-field'")
    page.locator("#not-0-0-field").select_option("tags")
    page.locator("#not-0-0-value").fill("old")
    page.get_by_text("4 clients").wait_for()
    page.wait_for_function("() => localStorage.getItem(Object.keys(localStorage)[0]).includes('old')")
    page.reload()
    page.get_by_text("This is the draft that you left here.").wait_for()
    page.locator("#not-0-value").wait_for()
    assert left_out.get_by_label("are in the segment").input_value() == "Big"
    assert page.locator("#not-0-value").input_value() == "old"
    page.locator("#drop-not-0").click()
    page.get_by_text("1 client", exact=False).first.wait_for()
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("button", name="Send now to 1 client").click()
    page.get_by_text("is scheduled.").wait_for()
    assert Mailing.objects.get().exclude == {"segment": "Big"}


def test_what_is_too_deep_for_rows_is_said_and_stays(page: Any) -> None:
    deep = {"not": BOUGHT}
    mailing = make_mailing(where=deep, text="Deep")
    make_client(attributes={"spent": 3})
    log_in(page, "operator")
    page.goto(f"/mailings/{mailing.pk}/edit/")
    page.get_by_text("not (spent > 1000)").wait_for()
    page.get_by_label("Text").fill("Another text")
    page.get_by_role("button", name="Check the changes").click()
    page.get_by_role("button", name="Schedule for").click()
    page.get_by_text("The mailing is changed").wait_for()
    mailing.refresh_from_db()
    assert (mailing.where, mailing.text) == (deep, "Another text")
