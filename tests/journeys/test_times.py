"""When requests start: rules 2, 3 and 4, seen from the gateway."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from notification_service.directory.models import Client
from notification_service.mailings.models import Message
from notification_service.mailings.wake_up import SEND, START
from tests.journeys.mailing import (
    check_rules,
    make_clients,
    sent,
    start_mailing,
    wait_until_finished,
    window_around_now,
)
from tests.journeys.service import Service, wait_until


def test_no_request_starts_after_the_deadline_and_the_rest_expires(service: Service) -> None:
    make_clients(5000)
    service.start_gateway("--latency-ms", "100")
    service.start_beat()
    service.start_worker()
    mailing = start_mailing(end_at=datetime.now(UTC) + timedelta(seconds=3))

    counts = wait_until_finished(mailing, seconds=20)
    assert 0 < counts["sent"] < 5000
    assert counts["sent"] + counts["expired"] == 5000
    check_rules(mailing, service)


def test_only_clients_inside_their_local_hours_are_messaged(service: Service) -> None:
    make_clients(400, zones=("Etc/GMT-3", "Etc/GMT-12", "Asia/Kathmandu"))
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    opens, closes = window_around_now(3)
    mailing = start_mailing(window_from=opens, window_to=closes)
    inside = Client.objects.filter(timezone="Etc/GMT-3").count()
    wait_until(lambda: sent(mailing) == inside, what="the open zone being sent")

    zones = dict(Message.objects.values_list("id", "client__timezone"))
    for message_id, received in service.requests().items():
        local = datetime.fromtimestamp(received[0].received_at, ZoneInfo(zones[message_id]))
        assert mailing.send_window is not None
        assert mailing.send_window.contains(local)
    waiting = Message.objects.filter(status="pending")
    assert waiting.count() == 400 - inside
    assert set(waiting.values_list("attempts", flat=True)) == {0}


def test_a_future_mailing_starts_at_the_first_call_after_its_time(service: Service) -> None:
    """Which comes at that time: nobody looks for it in between."""
    service.environment["POLL_SECONDS"] = "3600"
    make_clients(100)
    service.start_gateway()
    service.start_witnessed_worker()
    mailing = start_mailing(start_at=datetime.now(UTC) + timedelta(seconds=2))
    wait_until_finished(mailing)

    mailing.refresh_from_db()
    assert mailing.started_at
    due, started = mailing.start_at.timestamp(), mailing.started_at.timestamp()
    first = service.times()[0]
    assert due <= started <= first
    starting = service.call_at(START, started)
    assert service.calls_in_vain(START, since=due, until=started) == []
    # One that comes while another is about to send leaves the sending to it.
    sending = service.call_at(SEND, first)
    assert service.calls_in_vain(SEND, since=starting.ended_at, until=sending.began_at) == []
    check_rules(mailing, service)
