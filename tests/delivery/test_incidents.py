"""What a gateway's breaker does is kept as incidents: one for each time it opens, however many open it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db.models import F

from notification_service.delivery.gateway_row import GatewayRow
from notification_service.mailings.gateways import forget_old_incidents, latest_incidents, mailings_touched
from notification_service.mailings.gateways.incidents import KEPT
from notification_service.mailings.models import Gateway, GatewayIncident
from notification_service.mailings.reasons import Why
from tests.delivery.database import on_row
from tests.factories import make_gateway, make_mailing, make_running_mailing, now
from tests.reasons import http_status

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def hold(conninfo: str, why: Why = http_status(503), *, worker: str = "worker") -> None:  # noqa: B008
    async def hold(row: GatewayRow) -> None:
        await row.hold(why)

    on_row(conninfo, hold, worker=worker)


def release(conninfo: str) -> None:
    on_row(conninfo, lambda row: row.release())


def make_incident(
    gateway: Gateway, *, hours_ago: float, lasted: timedelta | None = MINUTE
) -> GatewayIncident:
    began_at = now() - timedelta(hours=hours_ago)
    ended_at = began_at + lasted if lasted is not None else None
    return GatewayIncident.objects.create(gateway=gateway, began_at=began_at, ended_at=ended_at)


def test_a_held_gateway_has_an_incident_that_ends_when_it_is_released(conninfo: str) -> None:
    hold(conninfo)
    incident = GatewayIncident.objects.get()
    gateway = Gateway.objects.get()
    assert (incident.gateway, incident.began_at, incident.ended_at) == (gateway, gateway.held_at, None)
    assert incident.why == http_status(503)
    release(conninfo)
    incident.refresh_from_db()
    assert incident.ended_at is not None


def test_workers_that_open_a_breaker_at_once_make_one_incident(conninfo: str) -> None:
    start = Barrier(4)

    def open_breaker(name: str) -> None:
        start.wait(30)
        hold(conninfo, worker=name)

    workers = [Thread(target=open_breaker, args=(name,)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [(each.ended_at, each.holds) for each in GatewayIncident.objects.all()] == [(None, 1)]


def test_an_incident_has_the_cause_of_the_latest_failure(conninfo: str) -> None:
    hold(conninfo, http_status(503))
    hold(conninfo, http_status(401))
    incident = GatewayIncident.objects.get()
    assert (incident.why, incident.holds) == (http_status(401), 1)


def test_a_gateway_that_is_held_again_soon_goes_on_with_its_incident(conninfo: str) -> None:
    for _ in range(3):
        hold(conninfo)
        release(conninfo)
    assert GatewayIncident.objects.get().holds == 3


def test_a_gateway_that_is_held_again_later_has_another_incident(conninfo: str) -> None:
    hold(conninfo)
    release(conninfo)
    GatewayIncident.objects.update(began_at=F("began_at") - HOUR, ended_at=F("ended_at") - HOUR)
    hold(conninfo)
    assert GatewayIncident.objects.count() == 2


def test_a_gateway_at_work_changes_no_incident(conninfo: str) -> None:
    """Taking permits updates its row thousands of times."""
    Gateway.objects.update(max_requests_per_second=50)
    on_row(conninfo, lambda row: row.take_permits(5))
    release(conninfo)
    assert not GatewayIncident.objects.exists()


@pytest.mark.django_db
def test_the_latest_incidents_of_each_gateway_are_read_newest_first() -> None:
    gateways = [Gateway.objects.get(), make_gateway()]
    made = {gateway.pk: [make_incident(gateway, hours_ago=h) for h in (1, 2, 3)] for gateway in gateways}
    assert latest_incidents(each=2) == {pk: incidents[:2] for pk, incidents in made.items()}


@pytest.mark.django_db
def test_incidents_are_forgotten_after_ninety_days_unless_they_last() -> None:
    gateway = Gateway.objects.get()
    old = KEPT.total_seconds() / 3600
    make_incident(gateway, hours_ago=old + 2)
    kept = {make_incident(gateway, hours_ago=old + 3, lasted=None), make_incident(gateway, hours_ago=old - 2)}
    forget_old_incidents()
    assert set(GatewayIncident.objects.all()) == kept


@pytest.mark.django_db
def test_an_incident_names_the_mailings_that_were_under_way_through_its_gateway() -> None:
    default, other = Gateway.objects.get(), make_gateway(priority=5)
    incident = make_incident(default, hours_ago=2)
    made = now()
    touched = [
        make_running_mailing(started_at=made - 3 * HOUR),
        make_mailing(status="finished", started_at=made - 3 * HOUR, finished_at=made - HOUR, gateway=default),
    ]
    make_running_mailing(started_at=made - HOUR)  # began after it
    make_mailing(status="finished", started_at=made - 4 * HOUR, finished_at=made - 3 * HOUR)
    make_running_mailing(started_at=made - 3 * HOUR, gateway=other)
    make_mailing()
    assert mailings_touched(default, [incident]) == [
        (incident, sorted((mailing.pk for mailing in touched), reverse=True))
    ]
