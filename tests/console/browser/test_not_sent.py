"""Who did not get a mailing, and why, in a browser: from the reason to sending again to exactly those."""

import csv
from pathlib import Path
from typing import Any
from urllib.error import URLError

from notification_service.mailings.models import Mailing, Message
from tests.console.browser.conftest import log_in
from tests.factories import make_client, make_message
from tests.journeys.mailing import make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

REFUSED = ("79160000001", "79160000002")
RESPONSE = '{"code": 400, "message": "Bad Request"}'


def refuses(service: Service) -> bool:
    """Once it listens it refuses two phones."""
    try:
        service.set_gateway(phones=dict.fromkeys(REFUSED, "400"))
    except URLError:
        return False
    return True


def test_an_operator_finds_who_was_refused_and_sends_to_exactly_those_again(
    page: Any, service: Service
) -> None:
    make_clients(5)
    for phone in REFUSED:
        make_client(phone=phone, operator_code="916")
    service.start_gateway()
    wait_until(lambda: refuses(service), what="the gateway listening")
    service.start_beat()
    service.start_worker()
    mailing = start_mailing(text="Sale")
    wait_until_finished(mailing)

    log_in(page, "operator")
    page.goto(f"/mailings/{mailing.pk}/")
    page.get_by_role("link", name="HTTP 400: Bad Request").click()
    page.get_by_role("cell", name="HTTP 400: Bad Request").first.wait_for()
    with page.expect_download() as download:
        page.locator("#export-failures").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["phone"], row["error"], row["answer"]) for row in csv.DictReader(file)]
    assert rows == [(phone, "HTTP 400", RESPONSE) for phone in REFUSED]

    page.goto(f"/messages/?mailing={mailing.pk}")
    page.get_by_role("link", name="Send again to the 2 who did not get it").wait_for()
    page.get_by_label("Status").select_option("failed")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Send again to 2 clients: failed").click()
    page.get_by_role("heading", name="New mailing").wait_for()
    assert page.get_by_label("Text").input_value() == "Sale"
    page.get_by_text(f"Only clients of mailing #{mailing.pk} whose message is: failed").wait_for()
    page.get_by_text("2 clients in").wait_for()
    page.get_by_label("Only at these hours").uncheck()
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("button", name="Send now to 2 clients").click()
    page.get_by_text("is scheduled.").wait_for()
    again = Mailing.objects.latest("pk")
    wait_until(lambda: Message.objects.filter(mailing=again).count() == 2, what="the messages being written")
    phones = Message.objects.filter(mailing=again).values_list("client__phone", flat=True)
    assert set(phones) == set(REFUSED)


def test_the_list_of_messages_is_filtered_by_status_and_reason(page: Any) -> None:
    make_message(status="failed", reason="phone_wrong")
    make_message(status="expired", reason="deadline_passed")
    make_message()
    log_in(page, "viewer")
    page.goto("/messages/")
    page.get_by_label("Reason").select_option("the phone number is wrong")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("cell", name="the phone number is wrong").wait_for()
    assert page.locator("tbody tr").count() == 1
    page.get_by_label("Reason").select_option("all")
    page.get_by_label("Status").select_option("expired")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("cell", name="the deadline came first").wait_for()
    assert page.locator("tbody tr").count() == 1
    assert page.get_by_role("link", name="Send again").count() == 0
