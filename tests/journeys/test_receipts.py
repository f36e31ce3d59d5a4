"""Receipts of every ready-made kind of gateway, some twice, some before the record; replies that stop."""

from typing import Any
from urllib.parse import urlencode

from notification_service.directory.models import Client, OptOut
from notification_service.mailings import stats
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import EarlyReceipt, Gateway, Message
from tests.api.conftest import Api
from tests.factories import make_client, now
from tests.journeys.mailing import start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until
from tests.journeys.test_providers import TEXT, add_gateways
from tests.provider_stand_ins import TOKENS, phone_for, stand_ins

TELLING = ("infobip", "probe_server", "smsc", "twilio", "vonage")
FORM = "application/x-www-form-urlencoded"


def body_of(name: str, message_id: int, provider_id: str, *, is_delivered: bool) -> tuple[bytes | Any, str]:
    """A receipt as the provider's documents show it."""
    match name:
        case "infobip":
            status = {"groupName": "DELIVERED" if is_delivered else "UNDELIVERABLE"}
            return {"results": [{"messageId": str(message_id), "status": status}]}, "application/json"
        case "smsc":
            return urlencode({"id": message_id, "status": 1 if is_delivered else 20}).encode(), FORM
        case "twilio":
            status = "delivered" if is_delivered else "undelivered"
            return urlencode({"MessageSid": provider_id, "MessageStatus": status}).encode(), FORM
        case "vonage":
            status = "delivered" if is_delivered else "failed"
            return {"client-ref": str(message_id), "status": status}, "application/json"
    return {"id": message_id, "status": "delivered" if is_delivered else "undelivered"}, "application/json"


class Provider:
    def __init__(self, name: str, gateway: Gateway, message: Message, provider_id: str) -> None:
        self.name, self.message, self._provider_id = name, message, provider_id
        self._address = f"/api/v1/gateways/{gateway.name}"
        self._api = Api(replace_receipt_key(gateway.pk))

    def tell(self, *, is_delivered: bool) -> None:
        body, content_type = body_of(self.name, self.message.pk, self._provider_id, is_delivered=is_delivered)
        answer = self._api.post(f"{self._address}/receipts/", body, content_type=content_type)
        assert answer.status_code == 202, answer.content

    def pass_on(self, phone: str, text: str) -> None:
        reply = {"phone": phone, "text": text, "at": now().isoformat()}
        assert self._api.post(f"{self._address}/inbound/", reply).status_code == 202


def clients() -> dict[str, Client]:
    """One for each gateway."""
    names = (*TOKENS, "probe_server")
    return {
        name: make_client(phone=phone_for(0, series=series), tag=name) for series, name in enumerate(names)
    }


def test_receipts_are_right_in_the_end_and_a_stop_word_stops(service: Service) -> None:
    service.environment |= {"GATEWAY_ALLOW_PRIVATE_ADDRESSES": "true", "RECORD_INTERVAL_SECONDS": "3"}
    to = clients()
    with stand_ins() as at:
        gateways = add_gateways(service, at)
        service.start_gateway()
        service.start_worker()
        mailings = [
            start_mailing(text=TEXT, tags=[name], gateway=gateway) for name, gateway in gateways.items()
        ]
        wait_until(
            lambda: len(at.taken) == len(TOKENS) and service.requests(),
            what="every gateway taking its message",
        )
        names = [each.provider for each in at.taken]
        messages = {name: Message.objects.get(client=client) for name, client in to.items()}
        providers = [
            Provider(
                name,
                gateways[name],
                messages[name],
                f"SM{names.index(name) + 1:032x}" if name in names else "",
            )
            for name in TELLING
        ]
        assert "sending" in set(Message.objects.values_list("status", flat=True))
        for number, provider in enumerate(providers):  # before the record; some say the opposite first
            if number % 2:
                provider.tell(is_delivered=False)
            provider.tell(is_delivered=True)
        for mailing in mailings:
            wait_until_finished(mailing)
    wait_until(lambda: not EarlyReceipt.objects.exists(), what="the receipts by a provider's id")
    for provider in providers:  # late, and twice
        provider.tell(is_delivered=False)
        provider.tell(is_delivered=True)
    expected = {name: "delivered" if name in TELLING else None for name in to}
    assert dict(Message.objects.values_list("client__tag", "delivery")) == expected
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
    assert stats.overall_counts()["deliveries"] == {"delivered": 5, "undelivered": 0, "awaited": 1}

    providers[0].pass_on(to["smsru"].phone or "", " Стоп! ")
    assert OptOut.objects.in_force().get().phone == to["smsru"].phone
    again = start_mailing(text=TEXT, tags=["smsru"], gateway=gateways["smsru"])
    assert wait_until_finished(again)["total"] == 0
