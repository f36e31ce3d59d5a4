"""Mailings through a gateway that takes forms, from the database to a real server and back."""

from datetime import timedelta

from notification_service.delivery.gateways import GatewaySettings, make_gateway
from notification_service.mailings.models import Attempt, Gateway, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.scripted_gateway import drain
from tests.factories import make_messages, make_running_mailing, now
from tests.gateway_simulator.running import FORM_PATH, Simulator, simulator


def send_due(conninfo: str, to: Simulator) -> None:
    gateway = make_gateway(
        "form_sms", GatewaySettings(f"http://{to.host}:{to.port}{FORM_PATH}", "someone:secret")
    )
    drain(conninfo, gateway, max_concurrency=2)


def statuses() -> list[tuple[str, int, str]]:
    return sorted(set(Message.objects.values_list("status", "attempts", "reason")))


def test_a_message_that_form_sms_takes_is_sent(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(text="Скидка 5 % & подарок 🎁"), 10)
    with simulator(token="someone:secret") as to:
        send_due(conninfo, to)
        requests = to.requests()
    assert {message.pk for message in messages} == {request["msg_id"] for request in requests}
    assert {request["text"] for request in requests} == {"Скидка 5 % & подарок 🎁"}
    assert statuses() == [("sent", 1, "")]


def test_an_empty_account_holds_the_gateway_until_the_account_is_paid(conninfo: str) -> None:
    make_messages(make_running_mailing(), 10)
    with simulator(faults={"error_3": 1}) as to:
        send_due(conninfo, to)
        assert Gateway.objects.get().held_why == Why(Reason.ACCOUNT_EMPTY)
        assert {status[:2] for status in statuses()} == {("pending", 0)}
        to.behave()
        Gateway.objects.update(probe_at=now() - timedelta(seconds=1))
        send_due(conninfo, to)
    assert Gateway.objects.get().held_at is None
    assert {status for status, _, _ in statuses()} == {"sent"}


def test_a_forbidden_text_fails_for_good_with_its_reason(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    with simulator(faults={"error_6": 1}) as to:
        send_due(conninfo, to)
    assert statuses() == [("failed", 1, Reason.TEXT_FORBIDDEN)]


def test_a_limit_of_the_provider_delays_messages_and_does_not_count_as_trouble(conninfo: str) -> None:
    make_messages(make_running_mailing(), 30)
    with simulator(faults={"error_9": 1}) as to:
        send_due(conninfo, to)
    assert statuses() == [("pending", 1, Reason.TOO_MANY_EQUAL)]
    assert not Message.objects.filter(next_attempt_at__lt=now() + timedelta(seconds=40)).exists()
    assert Attempt.objects.count() == 30
    assert Gateway.objects.get().held_at is None
