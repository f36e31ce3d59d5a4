"""First attempts are spread over the minutes of a mailing, as the gateway sees them."""

from notification_service.mailings import lifecycle
from notification_service.mailings.models import DueMessage
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

CLIENTS = 600
MINUTE = 60.0


def test_first_attempts_come_evenly_and_at_once_when_the_spread_is_taken_back(service: Service) -> None:
    """Ten a second, of which the worker sleeps until the next; a killed worker changes no time."""
    make_clients(CLIENTS)
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    mailing = start_mailing(spread_minutes=1)
    wait_until(lambda: sent(mailing) >= CLIENTS / 10, what="a tenth being sent")
    mailing.refresh_from_db()
    assert mailing.started_at
    planned = {row.message_id: row.at.timestamp() for row in DueMessage.objects.filter(mailing=mailing)}
    so_far = service.times()
    elapsed = so_far[-1] - mailing.started_at.timestamp()
    assert len(so_far) <= CLIENTS * (elapsed + 1) / MINUTE + CLIENTS / 20
    wait_until(lambda: sent(mailing) >= CLIENTS / 6, what="a sixth being sent")
    requests = service.requests()
    early = [pk for pk, at in planned.items() if pk in requests and requests[pk][0].received_at < at - 0.01]
    assert early == []

    lifecycle.update_mailing(mailing.pk, spread_minutes=None)
    counts = wait_until_finished(mailing, seconds=30)
    assert counts["sent"] == CLIENTS
    check_rules(mailing, service)
