"""A mailing through an `http` gateway of each ready-made kind, all with one worker."""

from typing import Any

from notification_service.directory.models import Client
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.models import Gateway, Message
from tests.factories import make_client
from tests.journeys.mailing import start_mailing, wait_until_finished
from tests.journeys.service import TOKEN, Service
from tests.provider_stand_ins import TOKENS, StandIns, phone_for, stand_ins

REFUSED = {"smsru": 207, "smsc": 7, "twilio": 21211, "vonage": 6, "infobip": 1}
TEXT = "Скидка 5 % & подарок: «Ёж» + 1"


def add_gateway(service: Service, name: str, *, origin: str, config: dict[str, Any], token: str) -> Gateway:
    """Its token is in the environment of workers that start later."""
    variable = f"GATEWAY_TOKEN_{name.upper()}"
    service.environment[variable] = token
    return Gateway.objects.create(
        name=name, kind="http", url=origin, config=config, token_variable=variable, priority=1
    )


def add_gateways(service: Service, at: StandIns) -> dict[str, Gateway]:
    """One for each provider, and one that speaks to the simulator."""
    gateways = {
        name: add_gateway(service, name, origin=at.origin, config=at.config(name), token=token)
        for name, token in TOKENS.items()
    }
    origin = f"http://127.0.0.1:{service.gateway_port}"
    config = providers()["probe_server"].config | {"url": origin + "/v1/send/{{id}}"}
    own = add_gateway(service, "probe_server", origin=origin, config=config, token=TOKEN)
    return {**gateways, "probe_server": own}


def two_clients(name: str, *, series: int) -> Client:
    """One who can be reached, and one whose phone the provider refuses."""
    make_client(phone=phone_for(REFUSED[name], series=series), tag=name)
    return make_client(phone=phone_for(0, series=series), tag=name)


def check_taken(name: str, at: StandIns, client: Client) -> None:
    [received] = [message for message in at.taken if message.provider == name]
    message = Message.objects.get(client=client)
    assert (received.phone, received.text) == (client.phone, TEXT)
    assert received.id in ("", str(message.pk))
    assert message.gateway is not None
    assert message.gateway.name == name


def test_a_mailing_goes_through_each_ready_made_kind(service: Service) -> None:
    service.environment["GATEWAY_ALLOW_PRIVATE_ADDRESSES"] = "true"
    clients = {name: two_clients(name, series=series) for series, name in enumerate(TOKENS)}
    own = make_client(phone=phone_for(0, series=90), tag="probe_server")
    with stand_ins() as at:
        gateways = add_gateways(service, at)
        service.start_gateway()
        service.start_worker()
        mailings = {
            name: start_mailing(text=TEXT, tags=[name], gateway=gateway) for name, gateway in gateways.items()
        }
        counts = {name: wait_until_finished(mailing) for name, mailing in mailings.items()}
    one_each = {"total": 2, "sent": 1, "failed": 1}
    for name, client in clients.items():
        assert {status: number for status, number in counts[name].items() if number} == one_each
        check_taken(name, at, client)
    [request] = service.requests()[Message.objects.get(client=own).pk]
    assert (counts["probe_server"]["sent"], request.phone) == (1, own.phone)
