"""Times in a browser where the client's zone and the operator's meet. The operator is in Moscow."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notification_service.mailings.models import Mailing
from tests.console.browser.conftest import log_in
from tests.console.browser.test_operator import write
from tests.factories import make_client, make_message, make_running_mailing, now

OPENS = "09:00"
IN_KAMCHATKA = re.compile(r"\d+ \w+, 09:00 in Kamchatka \((\d+ \w+, )?00:00 yours\)")


def tomorrow(days: int = 1) -> str:
    return f"{datetime.now(ZoneInfo('Europe/Moscow')) + timedelta(days=days):%Y-%m-%dT}"


def write_for_mornings(page: Any) -> None:
    """From tomorrow evening in Moscow, between nine and ten in the client's own time."""
    write(page, "Good morning")
    page.get_by_label("Tags", exact=True).fill("vip")
    page.get_by_label("Starts").select_option("at a set time")
    page.get_by_label("Start", exact=True).fill(tomorrow() + "20:00")
    page.get_by_label("End: nothing").fill(tomorrow(3) + "21:00")
    page.get_by_label("Only at these hours").check()
    page.get_by_label("From", exact=True).fill(OPENS)
    page.get_by_label("To", exact=True).fill("10:00")


def test_a_mailing_is_written_with_the_time_there_and_the_operators(page: Any) -> None:
    make_client(tag="vip", timezone="Asia/Kamchatka")
    make_client(tag="vip", timezone="Europe/Moscow")
    log_in(page, "operator")
    write_for_mornings(page)
    preview = page.locator("#preview")
    preview.get_by_text(re.compile(f"First: {IN_KAMCHATKA.pattern}")).wait_for()
    preview.get_by_text(re.compile(r"The last recipients get it from: \d+ \w+, 09:00 in Moscow$")).wait_for()
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("heading", name="Check before sending").wait_for()
    assert IN_KAMCHATKA.search(page.locator("[data-review]").inner_text())


def test_a_zone_that_only_the_database_knows_keeps_the_summary_working(page: Any) -> None:
    make_client(tag="vip", timezone="MSK")
    make_client(tag="vip", timezone="Asia/Kamchatka")
    log_in(page, "operator")
    write_for_mornings(page)
    preview = page.locator("#preview")
    preview.get_by_text(re.compile(f"First: {IN_KAMCHATKA.pattern}")).wait_for()
    preview.get_by_text("1 client cannot be reached").wait_for()


def test_the_page_of_a_mailing_says_when_hours_open_there_and_here(page: Any) -> None:
    zone = ZoneInfo("Asia/Kamchatka")
    opens = (now().astimezone(zone) + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    closes = opens + timedelta(hours=1)
    hours: dict[str, Any] = {"window_from": opens.time(), "window_to": closes.time()}
    mailing = make_running_mailing(**hours)
    make_message(mailing, make_client(timezone=zone.key), next_attempt_at=opens)
    log_in(page, "operator")
    page.goto(f"/mailings/{mailing.pk}/")
    yours = opens.astimezone(ZoneInfo("Europe/Moscow"))
    cell = page.get_by_role("row", name="UTC+12").get_by_role("cell").nth(1).inner_text()
    assert re.fullmatch(rf"{opens:%H:%M} \((\d+ \w+, )?{yours:%H:%M} yours\)", cell)


def test_a_message_and_a_client_show_both_clocks(page: Any) -> None:
    at = now().replace(hour=6, minute=0, second=0)
    message = make_message(
        make_client_mailing(), make_client(timezone="Asia/Kamchatka"), status="sent", sent_at=at
    )
    log_in(page, "viewer")
    page.goto(f"/messages/{message.pk}/")
    page.get_by_text(re.compile(r"18:00:00 in Kamchatka \(09:00:00 yours\)")).wait_for()
    page.goto(f"/clients/{message.client_id}/")
    page.get_by_text(re.compile(r"now: .*\d\d:\d\d in Kamchatka \(.*\d\d:\d\d yours\)")).wait_for()


def make_client_mailing() -> Mailing:
    return make_running_mailing(window_from=time(9), window_to=time(21))


def test_pages_work_with_a_client_whose_zone_only_the_database_knows(page: Any) -> None:
    message = make_message(make_client_mailing(), make_client(timezone="MSK"), status="sent", sent_at=now())
    log_in(page, "viewer")
    for path in ("/messages/", f"/messages/{message.pk}/", f"/clients/{message.client_id}/"):
        assert page.goto(path).status == 200
