"""The forecast in a browser: from the form to the mailing's page and the overview, accessible everywhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway, Mailing
from tests.console.browser.conftest import log_in
from tests.console.browser.test_accessibility import SCHEMES, violations
from tests.factories import make_clients_in_bulk, make_messages_in_bulk, make_running_mailing, now


def make_mailing_that_lacks_time() -> Mailing:
    """Of 4,800 clients, some have got it within ten minutes; ten more are left, at 2 a second."""
    make_clients_in_bulk(4_800)
    record_heartbeat("host:1:worker", silent_seconds=0)
    Gateway.objects.update(max_requests_per_second=2)
    began = now() - timedelta(minutes=10)
    mailing = make_running_mailing(
        name="Spring sale", start_at=began, started_at=began, end_at=now() + timedelta(minutes=10)
    )
    make_messages_in_bulk(mailing)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mailings_worker SET seen_at = now() + interval '1 hour'")  # it stays alive
        for minute in range(10):
            cursor.execute(
                "INSERT INTO mailings_minutecount (mailing_id, minute, slot, sent)"
                " VALUES (%s, date_trunc('minute', %s::timestamptz), 99, 70)",
                [mailing.pk, began + timedelta(minutes=minute)],
            )
    return mailing


def test_the_forecast_is_there_from_the_form_to_the_overview(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    mailing = make_mailing_that_lacks_time()
    log_in(page, "operator")
    warning = page.get_by_text("Spring sale: ", exact=False).filter(has_text="will not be reached before")
    assert "gateway main allows 2." in warning.first.inner_text()
    page.locator(f"#short-{mailing.pk}").click()
    page.locator("#forecast").get_by_text("of 4,800 clients will not be reached before").wait_for()
    assert page.locator(".chart .planned").count() == 1
    assert {scheme: violations(axe, page, scheme) for scheme in SCHEMES} == {"light": [], "dark": []}
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill("Hello")
    page.get_by_label("Text").press("Tab")
    page.locator("#preview #forecast").wait_for()
    page.get_by_label("Operator codes").press("Enter")
    page.get_by_role("heading", name="Check before sending").wait_for()
    assert "The gateway main allows 2 a second." in page.locator("#forecast").inner_text()
    assert {scheme: violations(axe, page, scheme) for scheme in SCHEMES} == {"light": [], "dark": []}
