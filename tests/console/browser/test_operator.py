"""What an operator does, in a browser, against real workers and a gateway."""

import re
from datetime import datetime, timedelta
from typing import Any

from notification_service.mailings import stats
from notification_service.mailings.models import Mailing
from notification_service.mailings.sms import sms_size
from notification_service.mailings.templates import create_template
from tests.console.browser.conftest import log_in, log_in_by_form
from tests.factories import make_client, make_running_mailing
from tests.journeys.mailing import make_clients, start_mailing
from tests.journeys.service import Service, wait_until


def write(page: Any, text: str) -> None:
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill(text)
    page.get_by_label("End: nothing").fill(f"{datetime.now() + timedelta(days=2):%Y-%m-%dT%H:%M}")
    page.get_by_label("Only at these hours").uncheck()


def test_an_operator_logs_in_and_sees_a_mailing_through(page: Any, service: Service) -> None:
    make_clients(300)
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    log_in_by_form(page, "operator")
    write(page, "Здравствуйте!")
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_label("Yes, send it to everyone: 300 clients").check()
    page.get_by_role("button", name="Send now to 300 clients").dblclick()
    page.get_by_text("300 of 300 sent. The gateway took every message.").wait_for()

    mailing = Mailing.objects.get()
    counts = stats.message_counts([mailing.pk])[mailing.pk]
    for status in ("sent", "failed", "expired", "cancelled", "unknown"):
        assert page.locator(f"#legend-{status} b").inner_text() == str(counts[status])
    assert page.locator(".title-row .status").inner_text() == "finished"


def test_an_operator_pauses_and_resumes_a_running_mailing(page: Any, service: Service) -> None:
    make_clients(3000)
    service.start_gateway("--latency-ms", "200")
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: stats.message_counts([mailing.pk])[mailing.pk]["sent"], what="the first being sent")
    log_in(page, "operator")
    page.goto(f"/mailings/{mailing.pk}/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused: nothing more is sent until you resume.").wait_for()
    mailing.refresh_from_db()
    assert mailing.status == "paused"

    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()
    before = page.locator("#legend-sent b").inner_text()
    page.wait_for_function(
        "before => document.querySelector('#legend-sent b').innerText !== before", arg=before
    )


def test_a_viewer_sees_a_mailing_and_no_button_that_changes_it(page: Any) -> None:
    mailing = make_running_mailing()
    log_in(page, "viewer")
    page.goto(f"/mailings/{mailing.pk}/")
    page.get_by_role("heading", name=f"Mailing #{mailing.pk}").wait_for()
    for name in ("Pause", "Change", "Cancel", "Duplicate", "Delete"):
        assert page.locator(".page-head").get_by_text(re.compile(name)).count() == 0
    assert page.goto("/mailings/new/").status == 403


def test_a_chosen_language_stays_on_the_next_page(page: Any) -> None:
    log_in(page, "viewer")
    page.get_by_role("button", name="RU").click()
    page.get_by_role("heading", name="Обзор").wait_for()
    page.goto("/mailings/")
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.get_by_text("Рассылок пока нет.").is_visible()


def test_the_language_can_be_changed_before_the_login(page: Any) -> None:
    page.goto("/login/")
    page.get_by_role("button", name="RU").click()
    page.get_by_role("button", name="Войти").wait_for()


def test_a_chosen_theme_stays_on_the_next_page(page: Any) -> None:
    log_in(page, "viewer")
    page.get_by_role("button", name="Light or dark").click()
    page.goto("/mailings/")
    assert page.locator("html").get_attribute("class") == "dark"


def test_an_open_page_follows_the_systems_theme(page: Any) -> None:
    log_in(page, "viewer")
    page.emulate_media(color_scheme="dark")
    page.locator("html.dark").wait_for()
    page.emulate_media(color_scheme="light")
    page.locator("html:not(.dark)").wait_for()


def test_the_browser_counts_the_length_of_a_text_as_the_server_does(page: Any) -> None:
    log_in(page, "operator")
    page.goto("/mailings/new/")
    for text in ("a" * 160, "a" * 161, "€" * 81, "Ж" * 71, "🙂" * 36, "a" * 152 + "€" * 2):
        page.get_by_label("Text").fill(text)
        size = sms_size(text)
        words = f"{size.characters} of 2000 · SMS: {size.segments} ({size.encoding}, {size.per_segment} each)"
        assert page.locator("[data-sms]").inner_text() == f"Characters: {words}"


def test_a_placeholder_from_the_menu_is_shown_as_clients_get_it(page: Any) -> None:
    make_client(attributes={"name": "Anna"})
    make_client()
    create_template(name="Greeting", text="Hello !")
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Use a template").select_option(label="Greeting")
    text = page.get_by_label("Text")
    assert text.input_value() == "Hello !"
    text.evaluate("field => field.setSelectionRange(6, 6)")
    page.get_by_text("Insert a client’s value").click()
    page.get_by_text("1 client lacks it").wait_for()
    page.get_by_role("button", name="{{name}}").click()
    assert text.input_value() == "Hello {{name}}!"
    page.get_by_text("Hello Anna!").wait_for()
    page.get_by_text("1 client gets nothing").wait_for()


def test_an_expired_session_loses_no_typed_text(page: Any) -> None:
    make_client()
    log_in(page, "operator")
    write(page, "Typed before the session ended")
    page.get_by_text("1 client in 1 time zone").wait_for()
    page.context.clear_cookies()
    page.get_by_label("Text").press_sequentially("!")
    page.get_by_text("Your session has ended.").wait_for()

    log_in_by_form(page, "operator")
    page.goto("/mailings/new/")
    assert page.get_by_label("Text").input_value() == "Typed before the session ended!"
    assert page.get_by_text("This is the draft that you left here.").is_visible()


def test_the_keyboard_alone_schedules_a_mailing(page: Any) -> None:
    make_client()
    log_in(page, "operator")
    write(page, "By keyboard")
    page.get_by_label("Only at these hours").focus()
    tab_to(page, "review")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Check before sending").wait_for()
    tab_to(page, "agreed-everyone")
    page.keyboard.press("Space")
    tab_to(page, "confirm")
    page.keyboard.press("Enter")
    page.get_by_text("is scheduled.").wait_for()
    assert Mailing.objects.get().text == "By keyboard"


def tab_to(page: Any, element_id: str) -> None:
    for _ in range(30):  # a time takes several
        if page.evaluate("document.activeElement.id") == element_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {element_id}")


def test_a_mailing_page_shows_since_when_its_numbers_are_stale(page: Any) -> None:
    mailing = make_running_mailing()
    log_in(page, "viewer")
    page.goto(f"/mailings/{mailing.pk}/")
    page.route("**/live/", lambda route: route.abort())
    page.get_by_text("The server cannot be reached: these numbers are of").wait_for()
    page.unroute("**/live/")
    page.locator("[data-stale]").wait_for(state="hidden")
