"""Which gateway's worker claims which mailing: its own, the default, or the next while that is held."""

from notification_service.delivery.outcome import Response
from notification_service.mailings.models import Attempt, Gateway, Message
from tests.delivery.database import claim, record_sent
from tests.delivery.scripted_gateway import ScriptedGateway, always, drain
from tests.factories import make_message, make_messages, make_running_mailing, now
from tests.reasons import held_for, http_status


def make_gateway(name: str = "backup", **fields: object) -> Gateway:
    return Gateway.objects.create(name=name, **{"priority": 1, **fields})


def claimed(conninfo: str, gateway: str, *, is_probe: bool = False) -> list[int]:
    """The ids of what a worker of the gateway claims."""
    messages = claim(conninfo, is_probe=is_probe, gateway=gateway)
    return sorted(message.id for message in messages)


def hold(name: str = "main") -> None:
    Gateway.objects.filter(name=name).update(held_at=now(), **held_for(http_status(401)), probe_at=now())


def test_a_mailing_without_a_gateway_goes_to_the_default_gateway(conninfo: str) -> None:
    make_gateway()
    message = make_message()
    assert claimed(conninfo, "backup") == []
    assert claimed(conninfo, "main") == [message.id]


def test_the_gateway_of_the_lowest_priority_is_the_default(conninfo: str) -> None:
    make_gateway("first", priority=-1)
    message = make_message()
    assert claimed(conninfo, "main") == []
    assert claimed(conninfo, "first") == [message.id]


def test_a_mailing_goes_to_its_named_gateway(conninfo: str) -> None:
    message = make_message(make_running_mailing(gateway=make_gateway()))
    assert claimed(conninfo, "main") == []
    assert claimed(conninfo, "backup") == [message.id]


def test_a_mailing_of_a_disabled_gateway_waits(conninfo: str) -> None:
    make_message(make_running_mailing(gateway=make_gateway(enabled=False)))
    assert (claimed(conninfo, "main"), claimed(conninfo, "backup")) == ([], [])


def test_a_mailing_of_a_held_gateway_waits_without_failover(conninfo: str) -> None:
    make_gateway()
    make_message()
    hold()
    assert claimed(conninfo, "backup") == []


def test_failover_moves_messages_to_the_next_gateway_and_back(conninfo: str) -> None:
    make_gateway()
    make_gateway("last", priority=2)
    mailing = make_running_mailing(failover=True)
    first = make_message(mailing)
    hold()
    assert claimed(conninfo, "last") == []
    assert claimed(conninfo, "backup") == [first.id]
    Gateway.objects.filter(name="main").update(held_at=None)
    second = make_message(mailing)
    assert claimed(conninfo, "backup") == []
    assert claimed(conninfo, "main") == [second.id]


def test_messages_stay_with_their_own_gateway_while_every_gateway_is_held(conninfo: str) -> None:
    make_gateway()
    message = make_message(make_running_mailing(failover=True))
    hold("main")
    hold("backup")
    assert claimed(conninfo, "backup") == []
    assert claimed(conninfo, "main", is_probe=True) == [message.id]


def test_a_held_gateway_is_probed_with_a_message_that_failover_would_move(conninfo: str) -> None:
    make_gateway()
    message = make_message(make_running_mailing(failover=True))
    hold()
    assert claimed(conninfo, "main", is_probe=True) == [message.id]


def test_a_sent_message_names_the_gateway_that_took_the_message(conninfo: str) -> None:
    gateway = make_gateway()
    message = make_message(make_running_mailing(gateway=gateway))
    messages = claim(conninfo, 1, gateway="backup")
    record_sent(conninfo, messages, gateway="backup")
    message.refresh_from_db()
    assert message.gateway_id == gateway.pk


def test_failover_sends_after_the_first_gateway_rejected_the_token(conninfo: str) -> None:
    backup = make_gateway()
    make_messages(make_running_mailing(failover=True), 30)
    drain(conninfo, ScriptedGateway(always(Response(401, b""))))
    drain(conninfo, ScriptedGateway(), gateway_name="backup")
    assert set(Message.objects.values_list("status", "gateway_id", "attempts")) == {("sent", backup.pk, 1)}
    assert set(Attempt.objects.values_list("gateway__name", "outcome")) == {("main", "held")}
