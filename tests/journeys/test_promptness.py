"""Fairness and control with a large mailing under way: rules 10 and 12.

Seconds are counted in what is sent in the fullest of them, so that a busy machine, on which all is slower,
makes no difference; what was measured is printed (`pytest -rP`).
"""

import time

from notification_service.directory.models import Client
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.wake_up import SEND
from tests.journeys.mailing import make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

MANY = 20_000
SECONDS = 3.0
AT_ONCE = 64  # a worker's requests under way, by default
SLOWLY = ("--latency-ms", "20")  # 3,200 a second at most


def start_large_mailing(service: Service) -> Mailing:
    make_clients(MANY)
    Client.objects.filter(pk__in=Client.objects.order_by("pk").values("pk")[:10]).update(tag="few")
    service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_witnessed_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MANY / 5, what="the large mailing being sent")
    return mailing


def test_pause_resume_and_cancel_act_at_once_at_full_speed(service: Service) -> None:
    mailing = start_large_mailing(service)
    lifecycle.pause_mailing(mailing.pk)
    paused = requests_to_come(service)
    before = sent(mailing)
    lifecycle.resume_mailing(mailing.pk)
    resumed_at = time.time()
    wait_until(lambda: sent(mailing) > before, what="the mailing going on")
    lifecycle.cancel_mailing(mailing.pk)
    cancelled = requests_to_come(service)

    second = service.fullest_window(seconds=1)
    print(f"{paused} requests after pause, {cancelled} after cancel, {second} in the fullest second")
    assert max(paused, cancelled) < SECONDS * second + AT_ONCE
    first = min(at for at in service.times() if at > resumed_at)
    assert service.calls_in_vain(SEND, since=resumed_at, until=first) == []


def test_a_large_mailing_does_not_delay_a_mailing_of_ten(service: Service) -> None:
    large = start_large_mailing(service)
    before = sent(large)
    small = start_mailing(tags=["few"])
    wait_until(lambda: sent(small) > 0, what="the small mailing being sent")
    meanwhile = sent(large) - before
    assert wait_until_finished(small)["sent"] == 10

    second = service.fullest_window(seconds=1)
    print(f"{meanwhile} of {MANY} were sent before its first message, {second} in the fullest second")
    assert meanwhile < SECONDS * second
    assert sent(large) < MANY


def requests_to_come(service: Service) -> int:
    """How many requests start from now until nothing more is under way and calls to send bring no more."""
    now = time.time()
    wait_until(lambda: not Message.objects.filter(status="sending").exists(), what="the last outcome")
    calls = len(service.calls(SEND))
    wait_until(lambda: len(service.calls(SEND)) > calls + 1, what="two calls to send")
    return sum(at > now for at in service.times())
