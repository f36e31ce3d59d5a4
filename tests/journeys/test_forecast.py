"""What is foretold of real mailings, from what real workers measured, comes true."""

from datetime import UTC, datetime, timedelta

import pytest

from notification_service.mailings.forecast import Limit, forecast_of
from notification_service.mailings.models import Gateway, GatewayUse, Mailing
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

A_SECOND = 28  # the gateway's limit of 30, less what keeps it in every second


@pytest.fixture
def served(service: Service) -> Service:
    make_clients(300)
    Gateway.objects.update(max_requests_per_second=30)
    service.start_gateway()
    service.start_beat()
    service.start_workers("first", "second")
    return service


def under_way(**times: datetime) -> Mailing:
    mailing = start_mailing(**times)
    wait_until(lambda: sent(mailing) > A_SECOND, seconds=60, what="a second of sending")
    mailing.refresh_from_db()
    return mailing


def test_a_mailing_is_finished_when_its_forecast_says(served: Service) -> None:
    mailing = under_way()
    foretold = forecast_of(mailing)
    assert (foretold.sent, foretold.missed, foretold.limited_by) == (300, 0, Limit.GATEWAY_RATE)
    assert foretold.finishes_at is not None
    wait_until_finished(mailing)
    mailing.refresh_from_db()
    assert mailing.finished_at is not None
    assert mailing.finished_at.timestamp() == pytest.approx(foretold.finishes_at, abs=5)
    [measured] = GatewayUse.objects.filter(most_per_second__isnull=False)[:1]
    assert 0 < (measured.most_per_second or 0) <= A_SECOND + 2
    check_rules(mailing, served)


def test_a_mailing_without_time_leaves_out_as_many_as_its_forecast_says(served: Service) -> None:
    mailing = under_way(end_at=datetime.now(UTC) + timedelta(seconds=8))
    foretold = forecast_of(mailing)
    counts = wait_until_finished(mailing)
    assert counts["expired"] == pytest.approx(foretold.missed, abs=0.1 * 300)
    assert sum(foretold.unreached.values()) == foretold.missed > 0
    check_rules(mailing, served)
