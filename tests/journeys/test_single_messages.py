"""Single messages beside a mailing: soon, each of them, and none again after its success."""

import time

from django.test import Client as HttpClient

from notification_service.access.models import ApiKey
from notification_service.mailings.models import Attempt, Message
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, kill, wait_until

MESSAGES, LISTS, OF_A_LIST = 1_500, 6, 50
SLOWLY = ("--latency-ms", "200")  # then the mailing keeps every connection, and a worker dies in its middle


def post_list(api: HttpClient, first: int) -> list[int]:
    messages = [{"phone": str(79_500_000_000 + first + n), "text": "Your code"} for n in range(OF_A_LIST)]
    response = api.post("/api/v1/messages/", {"messages": messages}, content_type="application/json")
    assert response.status_code == 202
    return [result["message"]["id"] for result in response.json()["results"]]


def test_single_messages_beside_a_mailing_survive_a_killed_worker(service: Service) -> None:
    service.environment["LEASE_SECONDS"] = "3"
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    first, _ = service.start_workers("first", "second")
    api = HttpClient(headers={"Authorization": f"Bearer {ApiKey.issue(name='journey', scope='write')[1]}"})
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 10, what="the mailing being sent")
    singles = [pk for number in range(LISTS - 1) for pk in post_list(api, number * OF_A_LIST)]
    wait_until(Message.objects.filter(pk__in=singles, status="sent").exists, what="the first being sent")
    kill(first)
    posted_at = time.time()
    last = post_list(api, LISTS * OF_A_LIST)
    unsent = Message.objects.filter(pk__in=[*singles, *last]).exclude(status="sent")
    wait_until(lambda: not unsent.exists(), what="every single message being sent")

    assert sent(mailing) < MESSAGES  # they went first
    requests = service.requests()
    first_requests = [min(each.received_at for each in requests[pk]) for pk in last]
    assert min(first_requests) - posted_at < 2
    lost = set(Attempt.objects.filter(outcome="lost").values_list("message_id", flat=True))
    repeated = {pk for pk in [*singles, *last] if len(requests[pk]) > 1}
    assert repeated <= lost
    wait_until_finished(mailing)
    check_rules(mailing, service)
