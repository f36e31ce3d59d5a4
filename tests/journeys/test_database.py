"""PostgreSQL going away in the middle of a mailing: workers wait, reconnect and record what they hold."""

import time
from collections.abc import Callable

import pytest
from django.db import connection, connections

from notification_service.delivery.claim import rescue
from notification_service.mailings.heartbeats import live_workers
from notification_service.mailings.models import Attempt, Batch
from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests.delivery.test_database import read_only_database
from tests.journeys.conftest import database_conninfo
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import SETTINGS, Service, wait_until

MESSAGES = 3000
SLOWLY = ("--latency-ms", "40")
READ_ONLY = "in a read-only transaction"
LEASE_SECONDS = float(SETTINGS["LEASE_SECONDS"])
GRACE_SECONDS = 9  # of the ten in which nobody rescues after an outage

Stop = Callable[[EmbeddedPostgres], None]


@pytest.fixture
def database(postgres_server: EmbeddedPostgres | None) -> EmbeddedPostgres:
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server that is not ours to stop")
    return postgres_server


@pytest.mark.parametrize("stop", [EmbeddedPostgres.stop, EmbeddedPostgres.kill], ids=["restarted", "killed"])
def test_two_workers_lose_nothing_when_the_database_goes_down(
    service: Service, database: EmbeddedPostgres, stop: Stop
) -> None:
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    workers = service.start_workers("first", "second")
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    stop(database)
    connections.close_all()
    database.start()

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert [worker.poll() for worker in workers] == [None, None]
    check_rules(mailing, service)


def test_a_worker_resumes_after_a_time_in_which_the_database_may_only_be_read(service: Service) -> None:
    """As a failover leaves it: sessions that were opened meanwhile stay read-only."""
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    with read_only_database(database_conninfo()):
        end_workers_sessions()
        wait_until(lambda: READ_ONLY in service.log("worker"), what="the worker noticing")

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert live_workers().alive == 1
    check_rules(mailing, service)


def end_workers_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'notification_service worker'"
        )


def seconds_since_the_outage() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - min(backend_start))::float8 FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user"
        )
        (seconds,) = cursor.fetchone()
    return float(seconds)


def test_an_outage_longer_than_a_lease_repeats_no_request_of_a_living_worker(
    service: Service, database: EmbeddedPostgres
) -> None:
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    database.kill()
    connections.close_all()
    time.sleep(LEASE_SECONDS + 1)  # nothing else happens in an outage
    database.start()
    assert Batch.objects.exists()
    if seconds_since_the_outage() < GRACE_SECONDS:  # else a busy machine has left nothing to see
        assert rescue(connection) == 0, "living workers record before anyone rescues"
    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert {len(received) for received in service.requests().values()} == {1}
    assert Attempt.objects.exclude(outcome="lost").count() == 0
    check_rules(mailing, service)
