"""Forecasts of what is in the database. A gateway takes a hundred a second, and a worker runs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from notification_service.mailings import stats
from notification_service.mailings.forecast import (
    Forecast,
    Limit,
    NoForecast,
    forecast_of,
    forecast_of_new,
    plan_of,
    read_shortfalls,
    shortfall_words,
)
from notification_service.mailings.forecast.audiences import unsent_zones
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway, Mailing
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_message,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _is_served() -> None:
    record_heartbeat("host:1:worker", silent_seconds=0)
    Gateway.objects.update(max_requests_per_second=107)


def new(*, seconds: float = 3600, **fields: Any) -> dict[str, Any]:
    return {"text": "x", "start_at": now(), "end_at": now() + timedelta(seconds=seconds), **fields}


def unsent(mailing: Mailing) -> dict[int, dict[str, int]]:
    return unsent_zones([mailing], stats.message_counts([mailing.pk]))


def lasts(forecast: Forecast) -> float:
    assert forecast.finishes_at is not None
    return forecast.finishes_at - now().timestamp()


def test_a_new_mailing_is_foretold_beside_what_runs_and_is_scheduled() -> None:
    make_clients_in_bulk(3_000)
    assert lasts(forecast_of_new(new())) == pytest.approx(30, abs=1)
    make_messages_in_bulk(make_running_mailing())
    assert lasts(forecast_of_new(new())) == pytest.approx(60, abs=1)
    make_mailing(start_at=now() + timedelta(seconds=10), end_at=now() + timedelta(seconds=30))
    assert lasts(forecast_of_new(new())) > 62


def test_another_gateway_and_a_paused_mailing_take_nothing_away() -> None:
    make_clients_in_bulk(3_000)
    make_messages_in_bulk(make_running_mailing(gateway=make_gateway()))
    make_messages_in_bulk(make_running_mailing(status="paused"))
    assert lasts(forecast_of_new(new())) == pytest.approx(30, abs=1)


def test_a_mailing_under_way_is_foretold_from_what_is_left() -> None:
    make_clients_in_bulk(2_000)
    mailing = make_running_mailing()
    make_messages_in_bulk(mailing)
    client = make_client(timezone="Asia/Omsk")
    make_message(mailing, client, status="sent", sent_at=now())
    found = forecast_of(mailing)
    assert (found.total, found.sent) == (2_001, 2_001)
    assert lasts(found) == pytest.approx(20, abs=1)
    assert unsent(mailing) == {mailing.pk: {"Europe/Moscow": 2_000}}


def test_the_zones_of_many_unsent_messages_come_from_a_sample() -> None:
    make_clients_in_bulk(6_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_client SET timezone = 'Asia/Omsk' WHERE id % 3 = 0")
    mailing = make_running_mailing()
    make_messages_in_bulk(mailing)
    found = unsent(mailing)[mailing.pk]
    assert sum(found.values()) == 6_000
    assert found["Asia/Omsk"] == pytest.approx(2_000, abs=300)


def test_a_mailing_whose_messages_are_being_written_has_the_rest_of_its_audience_before_it() -> None:
    make_clients_in_bulk(500)
    mailing = make_running_mailing(audience_built_at=None)
    make_message(mailing, make_client())
    assert sum(unsent(mailing)[mailing.pk].values()) == 501


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_a_mailing_that_has_ended_has_no_forecast(status: str) -> None:
    with pytest.raises(NoForecast, match=status):
        forecast_of(make_mailing(status=status, finished_at=now()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"enabled": False}, "disabled"),
        ({"held_at": now(), "held_reason": "connection_refused"}, "takes nothing now"),
    ],
)
def test_a_gateway_that_takes_nothing_has_no_forecast(change: dict[str, Any], why: str) -> None:
    Gateway.objects.update(**change)
    with pytest.raises(NoForecast, match=why):
        forecast_of_new(new())
    assert read_shortfalls() == []


def test_the_latest_measures_of_living_workers_count_unless_the_gateway_was_changed_since() -> None:
    make_clients_in_bulk(1_000)
    gateway = Gateway.objects.get()
    Gateway.objects.update(max_requests_per_second=None, updated_at=now() - timedelta(hours=1))
    measures = {"most_per_second": 10, "measured_at": now(), "is_busy": True, "latency_ms": 5}
    make_gateway_use(gateway, worker="host:1:worker", **measures)
    make_gateway_use(gateway, worker="a dead one", **measures | {"most_per_second": 1})
    found = forecast_of_new(new())
    assert (round(lasts(found)), found.limited_by) == (100, Limit.WORKERS)
    gateway.refresh_from_db()
    gateway.save()
    assert lasts(forecast_of_new(new())) < 1


def test_whom_mailings_will_not_reach_is_said_while_there_is_time() -> None:
    make_clients_in_bulk(4_800)
    Gateway.objects.update(max_requests_per_second=25)
    mailing = make_mailing(
        name="Spring sale",
        start_at=now() + timedelta(seconds=10),
        end_at=now() + timedelta(seconds=110),
    )
    make_mailing(start_at=now() + timedelta(days=30), end_at=now() + timedelta(days=30, minutes=1))
    [found] = read_shortfalls()
    words = shortfall_words(found.title, found.forecast, end="21:00")
    assert found.mailing_id == mailing.pk
    assert words == (
        "Spring sale: 2,464 of 4,800 will not be reached before 21:00; "
        "52 a second are needed, gateway main allows 25."
    )


def test_a_plan_goes_from_the_start_of_a_mailing_to_its_end() -> None:
    make_clients_in_bulk(1_000)
    mailing = make_running_mailing()
    make_messages_in_bulk(mailing)
    plan = plan_of(mailing)
    assert mailing.started_at is not None
    assert plan[0] == (mailing.started_at.timestamp(), 0)
    assert plan[-1] == pytest.approx((mailing.started_at.timestamp() + 10, 1_000), abs=0.01)
    assert plan_of(make_mailing()) == []
