"""Another system learns of everything, whoever is down or killed meanwhile."""

from typing import Any

from notification_service.mailings.models import Gateway, Message
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.journeys.mailing import make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import SETTINGS, Service, kill, wait_until
from tests.ports import free_port
from tests.webhooks.receiver import Received, receiver

MESSAGES, RATE = 3_000, 300
EVENTS = ["mailing.started", "mailing.paused", "mailing.resumed", "mailing.finished", "messages.final"]


def test_a_receiver_that_is_down_and_killed_workers_leave_nothing_untold(
    service: Service, settings: Any
) -> None:
    settings.SECRET_KEY, settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = SETTINGS["SECRET_KEY"], True
    service.environment["GATEWAY_ALLOW_PRIVATE_ADDRESSES"] = "true"
    make_clients(MESSAGES)
    Gateway.objects.update(max_requests_per_second=RATE)
    port = free_port()
    _, secret = create_webhook(url=f"http://127.0.0.1:{port}/", events=EVENTS)
    service.start_gateway()
    service.start_beat()
    one, two = service.start_workers("one", "two")
    mailing = start_mailing()
    with receiver(port) as before:
        before.wait_for(lambda received: len(received) >= 5)
        kill(one)
    wait_until(lambda: Webhook.objects.filter(failures__gte=2), what="the receiver being missed")
    kill(two)
    service.start_workers("three", "four")
    wait_until(lambda: sent(mailing) > MESSAGES * 0.8, what="the mailing going on without it")
    with receiver(port) as after:
        wait_until_finished(mailing)
        wait_until(lambda: not WebhookDelivery.objects.filter(ended_at=None), what="all being told")
    check_what_was_told(before.received + after.received, secret, mailing.pk)


def check_what_was_told(received: list[Received], secret: str, mailing_id: int) -> None:
    assert all(each.verified_by(secret) == each.event for each in received)
    events = {each.id: each.event for each in received}  # each once, where it first came
    assert len(events) == WebhookDelivery.objects.count()
    assert {event["data"]["mailing"] for event in events.values()} == {mailing_id}
    types = [event["type"] for event in events.values()]
    assert (types[0], types[-1]) == ("mailing.started", "mailing.finished")
    finals = [event["data"]["messages"] for event in events.values() if event["type"] == "messages.final"]
    told = [(message["id"], message["status"]) for messages in finals for message in messages]
    assert sorted(told) == sorted(Message.objects.values_list("pk", "status"))
