"""Rule 14: from a second after the answer that took an opt-out, no worker starts a request to that phone."""

import time
from random import Random

from django.test import Client as HttpClient

from notification_service.access.models import ApiKey
from notification_service.directory.models import Client
from notification_service.mailings.models import Gateway, Message
from tests.depth import DEPTH
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

# At the rate of the gateway, or of the machine, opt-outs come while most messages are still to be sent.
MESSAGES, OPT_OUTS = (4_000, 200) if DEPTH == 1 else (20_000, 500)
RATE = 400


def test_nobody_is_written_to_a_second_after_opting_out_at_full_speed(service: Service) -> None:
    make_clients(MESSAGES)
    if DEPTH == 1:
        Gateway.objects.update(max_requests_per_second=RATE)
    service.start_gateway("--latency-ms", "20")
    service.start_beat()
    service.start_workers("one", "two")
    mailing = start_mailing(topic="news")
    wait_until(lambda: sent(mailing) > MESSAGES / 20, what="the mailing being sent")
    answered_at = _opt_out(Random(14))
    wait_until_finished(mailing)
    requests = [request for received in service.requests().values() for request in received]
    after = {
        request.phone: request.received_at - answered_at[request.phone]
        for request in requests
        if request.received_at > answered_at.get(request.phone, float("inf"))
    }
    assert {phone: seconds for phone, seconds in after.items() if seconds > 1} == {}
    cancelled = Message.objects.filter(mailing=mailing, status="cancelled", reason="opted_out")
    assert cancelled.count() > OPT_OUTS / 10
    asked = {request.phone for request in requests}
    assert not asked & set(cancelled.values_list("client__phone", flat=True))
    check_rules(mailing, service)


def _opt_out(random: Random) -> dict[str, float]:
    """Half of them one by one, half as files; return when each was answered."""
    key = ApiKey.issue(name="journey", scope="write")[1]
    api = HttpClient(headers={"Authorization": f"Bearer {key}"})
    phones = [str(phone) for phone in Client.objects.order_by("pk").values_list("phone", flat=True)]
    chosen = random.sample(phones[MESSAGES // 2 :], OPT_OUTS)  # who is written to later
    answered_at: dict[str, float] = {}
    for number, phone in enumerate(chosen[: OPT_OUTS // 2]):
        body = {"phone": phone, "topic": "news" if number % 2 else ""}
        assert api.post("/api/opt-outs/", body, content_type="application/json").status_code == 201
        answered_at[phone] = time.time()
    for first in range(OPT_OUTS // 2, OPT_OUTS, 50):
        some = chosen[first : first + 50]
        file = "\n".join(["phone", *some, ""])
        assert api.post("/api/opt-outs/import/", file, content_type="text/csv").status_code == 200
        answered_at |= dict.fromkeys(some, time.time())
    return answered_at
