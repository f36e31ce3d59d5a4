"""What can be finished in time is, and nobody starves (rules 15 and 12): two workers at a slow gateway."""

from datetime import UTC, datetime, timedelta

from notification_service.directory.models import Client
from notification_service.mailings.models import Gateway
from tests.journeys.mailing import make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

A_SECOND = 60
CLOSING, CALM = 300, 3000  # five or six seconds of the gateway; with equal shares ten or more


def test_a_mailing_that_must_be_finished_comes_first_and_the_other_goes_on(service: Service) -> None:
    make_clients(CALM)
    Client.objects.filter(pk__in=Client.objects.order_by("pk").values("pk")[:CLOSING]).update(tag="few")
    Gateway.objects.filter(name="main").update(max_requests_per_second=A_SECOND)
    service.start_gateway()
    service.start_beat()
    service.start_workers("one", "two")
    calm = start_mailing()
    wait_until(lambda: sent(calm) > A_SECOND, what="the calm mailing being sent")
    closing = start_mailing(tags=["few"], end_at=datetime.now(UTC) + timedelta(seconds=9))
    wait_until(lambda: sent(closing) > 0, what="the first of the mailing that closes")
    before = sent(calm)

    counts = wait_until_finished(closing, seconds=30)
    assert (counts["sent"], counts["expired"]) == (CLOSING, 0)
    assert before < sent(calm) < CALM
