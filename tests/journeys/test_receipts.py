"""Receipts of every ready-made kind of gateway, some twice, some before the record; replies that stop."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from notification_service.directory.models import Client, OptOut
from notification_service.mailings import stats
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import EarlyReceipt, Gateway, Message
from tests.api.conftest import Api
from tests.factories import make_client, now
from tests.journeys.mailing import start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until
from tests.journeys.test_providers import TEXT, add_gateways
from tests.provider_stand_ins import TOKENS, phone_for, stand_ins, twilio_id
from tests.provider_stand_ins import Message as Taken

TELLING = ("infobip", "probe_server", "smsc", "twilio", "vonage")
FORM = "application/x-www-form-urlencoded"


def body_of(name: str, message_id: int, phone: str, *, is_delivered: bool) -> tuple[bytes | Any, str]:
    """A receipt as the provider's documents show it."""
    match name:
        case "infobip":
            group = {"groupName": "DELIVERED" if is_delivered else "UNDELIVERABLE"}
            return {"results": [{"messageId": str(message_id), "status": group}]}, "application/json"
        case "smsc":
            return urlencode({"id": message_id, "status": 1 if is_delivered else 20}).encode(), FORM
        case "twilio":
            status = "delivered" if is_delivered else "undelivered"
            return urlencode({"MessageSid": twilio_id(phone), "MessageStatus": status}).encode(), FORM
        case "vonage":
            status = "delivered" if is_delivered else "failed"
            return {"client-ref": str(message_id), "status": status}, "application/json"
    return {"id": message_id, "status": "delivered" if is_delivered else "undelivered"}, "application/json"


class Provider:
    def __init__(self, name: str, gateway: Gateway, client: Client) -> None:
        self._name, self._client = name, client
        self._address = f"/api/v1/gateways/{gateway.name}"
        self._api = Api(replace_receipt_key(gateway.pk))

    def tell(self, *, is_delivered: bool) -> None:
        message_id, phone = Message.objects.get(client=self._client).pk, self._client.phone or ""
        body, content_type = body_of(self._name, message_id, phone, is_delivered=is_delivered)
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


def tell_before_the_record(providers: dict[str, Provider]) -> Callable[[Taken], None]:
    """While the worker waits for the answer; one of them says the opposite first."""

    def tell(taken: Taken) -> None:
        if provider := providers.get(taken.provider):
            if taken.provider == "vonage":
                provider.tell(is_delivered=False)
            provider.tell(is_delivered=True)
        connection.close()

    return tell


def test_receipts_are_right_in_the_end_and_a_stop_word_stops(service: Service) -> None:
    service.environment["GATEWAY_ALLOW_PRIVATE_ADDRESSES"] = "true"
    to = clients()
    with stand_ins() as at:
        gateways = add_gateways(service, at)
        providers = {name: Provider(name, gateways[name], to[name]) for name in TELLING}
        at.before_answer = tell_before_the_record(providers)
        service.start_gateway()
        service.start_worker()
        mailings = [
            start_mailing(text=TEXT, tags=[name], gateway=gateway) for name, gateway in gateways.items()
        ]
        for mailing in mailings:
            wait_until_finished(mailing)
    wait_until(lambda: not EarlyReceipt.objects.exists(), what="the receipts by a provider's id")
    early = dict(Message.objects.values_list("client__tag", "delivery"))
    assert early == {name: "delivered" if name in TOKENS and name in TELLING else None for name in to}
    for provider in providers.values():  # late, the opposite, and twice
        for is_delivered in (False, True, True):
            provider.tell(is_delivered=is_delivered)
    late = dict(Message.objects.values_list("client__tag", "delivery"))
    assert late == {name: "delivered" if name in TELLING else None for name in to}
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
    assert stats.overall_counts()["deliveries"] == {"delivered": 5, "undelivered": 0, "awaited": 1}

    providers["smsc"].pass_on(to["smsru"].phone or "", " Стоп! ")
    assert OptOut.objects.in_force().get().phone == to["smsru"].phone
    again = start_mailing(text=TEXT, tags=["smsru"], gateway=gateways["smsru"])
    assert wait_until_finished(again)["total"] == 0
