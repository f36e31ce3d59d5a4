"""Fairness, control and isolation with a large mailing under way: rules 10, 11 and 12, with figures.

The bounds are wide, because the machine may be busy; what was measured is printed (`pytest -rP`).
"""

import time

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Client, Mailing
from tests.journeys.mailing import make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

MANY = 100_000
SECONDS = 3.0


def start_large_mailing(service: Service) -> Mailing:
    make_clients(MANY)
    Client.objects.filter(pk__in=Client.objects.order_by("pk").values("pk")[:10]).update(tag="few")
    service.start_gateway("--latency-ms", "20")
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > 100, what="the large mailing being sent")
    return mailing


def latest_request(service: Service) -> float:
    return max(request.received_at for requests in service.requests().values() for request in requests)


def test_pause_resume_and_cancel_act_at_once_at_full_speed(service: Service) -> None:
    mailing = start_large_mailing(service)
    lifecycle.pause_mailing(mailing.pk)
    paused_at = time.time()
    late = requests_until_quiet(service) - paused_at
    before = sent(mailing)
    lifecycle.resume_mailing(mailing.pk)
    resumed_at = time.monotonic()
    wait_until(lambda: sent(mailing) > before, what="the mailing going on")
    resumed = time.monotonic() - resumed_at
    lifecycle.cancel_mailing(mailing.pk)
    cancelled_at = time.time()
    very_late = requests_until_quiet(service) - cancelled_at
    print(f"last request {late:.2f} s after pause, {very_late:.2f} after cancel; resumed in {resumed:.2f} s")
    assert max(late, resumed, very_late) < SECONDS


def test_a_mailing_of_ten_is_not_kept_waiting_by_a_large_one(service: Service) -> None:
    large = start_large_mailing(service)
    started_at = time.monotonic()
    small = start_mailing(tags=["few"])
    wait_until(lambda: sent(small) > 0, what="the small mailing being sent")
    first = time.monotonic() - started_at
    assert wait_until_finished(small)["sent"] == 10
    print(f"its first message was recorded after {first:.2f} s, with {sent(large)} of {MANY} sent")
    assert first < SECONDS
    assert sent(large) < MANY


def requests_until_quiet(service: Service) -> float:
    """When the last request was received before two seconds without any."""
    latest = latest_request(service)
    quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + 2:
        if (now := latest_request(service)) > latest:
            latest, quiet_since = now, time.monotonic()
        time.sleep(0.1)
    return latest
