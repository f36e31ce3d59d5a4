"""An administrator has another system told, and sees that it works."""

from threading import Thread
from typing import Any

from notification_service.delivery.config import DeliveryConfig
from notification_service.webhooks.teller import tell_webhooks
from tests.console.browser.conftest import log_in
from tests.webhooks.receiver import receiver


def test_an_administrator_adds_a_webhook_and_tests_it(page: Any, settings: Any) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    log_in(page, "administrator")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="New webhook").click()
    with receiver() as system:
        page.get_by_label("Address").fill(f"{system.url}/hook")
        page.get_by_label("A mailing has ended").check()
        page.get_by_label("Messages were sent or will not be").check()
        page.get_by_role("button", name="Save").click()
        secret = page.locator("code.secret").inner_text()
        page.get_by_role("button", name="Send a test").click()
        page.locator("#deliveries .status", has_text="waiting").wait_for()
        # A thread has no event loop yet; this one has the browser's.
        worker = Thread(target=tell_webhooks, args=(DeliveryConfig(),), kwargs={"linger_seconds": 0.05})
        worker.start()
        page.locator("#deliveries .status", has_text="delivered").wait_for()
        worker.join()
        [received] = system.received
        assert received.verified_by(secret)["type"] == "webhook.test"
    assert page.locator("code.secret").count() == 0
