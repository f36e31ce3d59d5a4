"""An administrator gives a provider its key, and sees what the provider tells."""

from typing import Any

from tests.api.conftest import Api
from tests.console.browser.conftest import log_in
from tests.factories import make_gateway, make_messages, make_running_mailing, now


def test_an_administrator_gives_out_the_key_and_sees_receipts_and_replies(page: Any) -> None:
    gateway, mailing = make_gateway(), make_running_mailing()
    messages = make_messages(mailing, 3, status="sent", attempts=1, gateway_id=gateway.pk, sent_at=now())
    log_in(page, "administrator")
    page.goto(f"/settings/gateways/{gateway.pk}/")
    page.get_by_role("button", name="Make a key").press("Enter")
    page.get_by_text("The receipt key is new.").wait_for()
    page.get_by_text("Show the key").press("Enter")
    key = page.get_by_text("Authorization: Bearer").inner_text().rpartition(" ")[2]

    page.goto(f"/mailings/{mailing.pk}/")
    provider, address = Api(key), f"/api/v1/gateways/{gateway.name}/"
    told = [{"id": each.pk, "status": "delivered"} for each in messages[:2]]
    assert provider.post(f"{address}receipts/", told).status_code == 202
    page.locator("#deliveries").get_by_text("delivered 2").first.wait_for()

    body = {"phone": "79161234567", "text": "СТОП", "at": now().isoformat()}
    assert provider.post(f"{address}inbound/", body).status_code == 202
    page.get_by_role("link", name="Replies").click()
    page.get_by_role("cell", name="СТОП").wait_for()
