"""When a mailing would be finished, over the API."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.mailings.heartbeats import forget_worker, record_heartbeat
from notification_service.mailings.models import Gateway, Mailing
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_gateway,
    make_mailing,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

pytestmark = pytest.mark.django_db
NOTHING = {
    "finishes_at": None,
    "sent": 0,
    "unreached": {"total": 0, "by_zone": []},
    "limited_by": None,
    "needed_requests_per_second": None,
}


@pytest.fixture(autouse=True)
def _is_served() -> None:
    record_heartbeat("host:1:worker", silent_seconds=0)
    Gateway.objects.update(max_requests_per_second=25)


def forecast(caller: Api, **fields: Any) -> Any:
    return caller.post("/api/v1/mailings/forecast/", mailing_body(**fields))


def problem(answer: Any) -> tuple[int, str, str]:
    body = body_of(answer)
    return answer.status_code, body["type"].partition("#")[2], body["detail"]


def test_a_forecast_says_whom_a_mailing_leaves_out_and_keeps_nothing(reader: Api) -> None:
    make_clients_in_bulk(4_800)
    start_at = now() + timedelta(hours=1)
    times = {"start_at": start_at.isoformat(), "end_at": (start_at + timedelta(seconds=100)).isoformat()}
    found = body_of(forecast(reader, **times))
    missed = found["unreached"]["total"]
    assert found["finishes_at"] is None
    assert (found["sent"] + missed, found["limited_by"]) == (4_800, "gateway_rate")
    assert missed == 2_464
    assert found["unreached"]["by_zone"] == [{"timezone": "Europe/Moscow", "clients": missed}]
    assert 51 <= found["needed_requests_per_second"] <= 53
    assert not Mailing.objects.exists()


def test_a_forecast_of_a_mailing_under_way_is_of_what_is_left(reader: Api) -> None:
    make_clients_in_bulk(1_000)
    mailing = make_running_mailing()
    make_messages_in_bulk(mailing)
    found = body_of(reader.get(f"/api/v1/mailings/{mailing.pk}/forecast/"))
    assert found["finishes_at"] is not None
    assert (found["sent"], found["limited_by"], found["unreached"]["total"]) == (1_000, "gateway_rate", 0)


def test_an_audience_of_nobody_gets_a_forecast_of_nothing(reader: Api) -> None:
    assert body_of(forecast(reader)) == NOTHING
    empty = make_running_mailing()
    assert body_of(reader.get(f"/api/v1/mailings/{empty.pk}/forecast/")) == NOTHING


def test_a_forecast_without_workers_says_so(reader: Api) -> None:
    make_client()
    forget_worker("host:1:worker")
    found = body_of(forecast(reader))
    assert (found["limited_by"], found["sent"], found["unreached"]["total"]) == ("workers", 0, 1)


def test_a_disabled_gateway_and_an_ended_mailing_have_no_forecast(reader: Api) -> None:
    make_gateway(name="second", enabled=False)
    assert problem(forecast(reader, gateway="second")) == (
        409,
        "no-forecast",
        "The gateway second is disabled: nothing is sent until it is enabled.",
    )
    ended = make_mailing(status="cancelled", finished_at=now())
    assert problem(reader.get(f"/api/v1/mailings/{ended.pk}/forecast/")) == (
        409,
        "no-forecast",
        "The mailing is cancelled: there is nothing to foretell.",
    )
    assert reader.get("/api/v1/mailings/123456/forecast/").status_code == 404


def test_a_mailing_that_could_not_be_made_has_no_forecast(reader: Api) -> None:
    past = forecast(reader, end_at=(now() - timedelta(minutes=1)).isoformat())
    assert (past.status_code, list(errors_of(past))) == (400, ["#/end_at"])
    never = forecast(
        reader, end_at=now().isoformat(), send_window={"from": "09:00", "to": "21:00", "days": []}
    )
    assert never.status_code == 400
    unknown = forecast(reader, filter={"segment": "nobody"})
    assert list(errors_of(unknown)) == ["#/filter/segment"]
