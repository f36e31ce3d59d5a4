"""“Send me a test” in a browser, by a real worker: one message, however often it is clicked."""

from typing import Any

from notification_service.mailings import stats
from tests.console.browser.conftest import log_in
from tests.journeys.service import Service


def test_a_test_send_arrives_once_and_is_in_no_count(page: Any, service: Service) -> None:
    service.start_gateway("--latency-ms", "300")
    service.start_beat()
    service.start_worker()
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill("Is this how it looks?")
    page.get_by_label("Phone", exact=True).fill("+7 916 123-45-67")
    page.get_by_role("button", name="Send the test").dblclick()
    page.get_by_text("the gateway “main” took it.").wait_for()
    [requests] = service.requests().values()
    assert [request.phone for request in requests] == ["79161234567"]
    assert stats.overall_counts()["messages"]["total"] == 0
    assert page.get_by_label("Text").input_value() == "Is this how it looks?"
