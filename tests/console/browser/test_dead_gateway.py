"""A gateway that takes nothing, in a browser: it is seen wherever one looks, and stays known afterwards."""

from datetime import timedelta
from typing import Any

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing
from tests.console.browser.conftest import log_in
from tests.factories import make_message, make_running_mailing, now
from tests.journeys.mailing import make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

CLIENTS = 40


def mailing_without_gateway(service: Service) -> Mailing:
    """One that runs, while nothing listens where its gateway should be, until every worker knows."""
    make_clients(CLIENTS)
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: Gateway.objects.filter(held_at__isnull=False).exists(), what="the gateway being held")
    return mailing


def test_a_dead_gateway_is_seen_wherever_one_looks_and_kept_as_an_incident(
    page: Any, service: Service
) -> None:
    mailing = mailing_without_gateway(service)
    log_in(page, "operator")
    page.get_by_text("waits for the gateway “main”").wait_for()
    page.goto("/mailings/")
    page.get_by_text("waits for the gateway “main”").wait_for()
    page.goto(f"/mailings/{mailing.pk}/")
    sentence = page.locator(".lead").inner_text()
    assert sentence.startswith("It waits for the gateway “main”, which has taken nothing since ")
    assert ": connection refused. 0 of 40 sent." in sentence

    lifecycle.update_mailing(mailing.pk, end_at=now() + timedelta(seconds=1))
    assert wait_until_finished(mailing)["expired"] == CLIENTS
    page.goto(f"/mailings/{mailing.pk}/")
    page.get_by_text("Not sent: expired 40.").wait_for()
    assert page.locator(".title-row .status").inner_text() == "finished, nothing sent"
    assert page.locator(".is-finished").count() == 0
    page.get_by_role("link", name="the deadline came first (connection refused)").click()
    page.get_by_role("cell", name="the deadline came first (connection refused)").first.wait_for()

    service.start_gateway()
    second = start_mailing()  # a probe needs a message
    assert wait_until_finished(second)["sent"] == CLIENTS
    incident = GatewayIncident.objects.get()
    assert incident.ended_at is not None
    page.goto("/settings/gateways/")
    page.get_by_role("link", name="All incidents main").click()
    row = page.get_by_role("row").nth(1)
    assert "connection refused" in row.inner_text()
    for touched in (mailing, second):
        assert row.get_by_role("link", name=f"#{touched.pk}").count() == 1


def test_a_mailing_is_written_with_a_warning_that_its_gateway_takes_nothing(page: Any) -> None:
    make_clients(1)
    Gateway.objects.update(held_at=now(), held_reason="response_timeout")
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill("Sale")
    page.locator("#preview").get_by_text(
        "The gateway “main” takes nothing now (no answer in time)"
    ).wait_for()
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("heading", name="Check before sending").wait_for()
    assert page.get_by_text("The gateway “main” takes nothing now (no answer in time)").is_visible()


def test_the_overview_names_a_mailing_that_ended_before_all_was_sent(page: Any) -> None:
    mailing = make_running_mailing(status="finished", finished_at=now())
    make_message(mailing, status="expired")
    log_in(page, "viewer")
    page.get_by_text(f"Mailing #{mailing.pk} has ended before all was sent: 1 message expired.").wait_for()
    page.locator(f"#expired-{mailing.pk}").click()
    page.get_by_role("heading", name=f"Mailing #{mailing.pk}").wait_for()
