"""While nothing is due a worker sleeps, and is woken: here without beat or broker, looking once an hour."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from notification_service.mailings import lifecycle
from notification_service.mailings.models import GatewayUse, Message
from tests.journeys.conftest import database_conninfo
from tests.journeys.deaf_pooler import DeafPooler
from tests.journeys.mailing import (
    check_rules,
    make_clients,
    start_mailing,
    wait_until_finished,
    window_around_now,
)
from tests.journeys.service import Service, wait_until
from tests.ports import free_port

NEVER = {"POLL_SECONDS": "3600"}
# Sessions of alarms that have looked at least once: a look is what they did last, or their second heartbeat.
LISTENING = (
    "pid <> pg_backend_pid() AND state = 'idle' AND (query LIKE '%is next to be done%' OR ("
    "query LIKE '%Record that a worker is alive%' AND query_start > backend_start + interval '1 second'))"
)


@pytest.fixture
def service(transactional_db: None, tmp_path: Path) -> Iterator[Service]:
    """Without a broker."""
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    service = Service(tmp_path, database_url=database_conninfo(), broker_url=nobody)
    service.start_gateway()
    yield service
    service.stop()


def start_sleeping(service: Service, *names: str, **environment: str) -> None:
    """Workers that have found nothing to do."""
    for name in names or ("worker",):
        service.start(name, "celery", "-A", "notification_service", "worker", "-l", "info", **environment)
    wait_until(lambda: listeners() == max(1, len(names)), what="workers that sleep")


def listeners() -> int:
    return ask(f"SELECT count(*) FROM pg_stat_activity WHERE {LISTENING}")


def ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def test_a_mailing_that_is_made_while_all_sleeps_is_sent_at_once(service: Service) -> None:
    make_clients(10)
    start_sleeping(service, **NEVER)
    mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == 10

    first = datetime.fromtimestamp(service.times()[0], UTC)
    print(
        f"the first request {(first - mailing.created_at).total_seconds():.3f} s after the mailing was made"
    )
    check_rules(mailing, service)


def test_a_mailing_wakes_a_sleeping_worker_at_its_time_and_at_its_deadline(service: Service) -> None:
    make_clients(10, zones=("Etc/GMT-3", "Etc/GMT-12"))
    opens, closes = window_around_now(3)
    start_sleeping(service, **NEVER)
    now = datetime.now(UTC)
    times = {"start_at": now + timedelta(seconds=1), "end_at": now + timedelta(seconds=4)}
    mailing = start_mailing(window_from=opens, window_to=closes, **times)

    counts = wait_until_finished(mailing)
    assert (counts["sent"], counts["expired"]) == (5, 5)
    assert mailing.start_at.timestamp() <= service.times()[0]
    check_rules(mailing, service)


def test_a_retry_wakes_a_sleeping_worker(service: Service) -> None:
    make_clients(3)
    start_sleeping(service, **NEVER)
    service.set_gateway(error_rate=1)
    mailing = start_mailing()
    wait_until(lambda: Message.objects.filter(attempts__gte=2).count() == 3, what="each being tried twice")
    service.set_gateway()
    assert wait_until_finished(mailing)["sent"] == 3
    check_rules(mailing, service)


def test_a_paused_mailing_goes_on_when_it_is_resumed_while_all_sleeps(service: Service) -> None:
    make_clients(10)
    start_sleeping(service, **NEVER)
    opens, closes = window_around_now(15)
    mailing = start_mailing(window_from=opens, window_to=closes)
    wait_until(lambda: Message.objects.filter(next_attempt_at__gt=datetime.now(UTC)).count() == 10)
    lifecycle.pause_mailing(mailing.pk)
    lifecycle.update_mailing(mailing.pk, window_from=None, window_to=None)
    lifecycle.resume_mailing(mailing.pk)
    assert wait_until_finished(mailing)["sent"] == 10


def test_all_sleeping_workers_are_woken_by_a_mailing(service: Service) -> None:
    make_clients(5000)
    start_sleeping(service, "first", "second", **NEVER)
    mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == 5000
    assert GatewayUse.objects.filter(latency_ms__isnull=False).count() == 2
    check_rules(mailing, service)


def test_a_call_that_was_lost_with_its_session_is_found_by_the_next_one(service: Service) -> None:
    make_clients(10)
    start_sleeping(service, **NEVER)
    with transaction.atomic():
        assert ask(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {LISTENING}") == 1
        mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == 10
    check_rules(mailing, service)


@pytest.fixture
def deaf(service: Service) -> Iterator[DeafPooler]:
    """Between the workers and PostgreSQL; it keeps back what they would be told."""
    socket_path = f"{connection.settings_dict['HOST']}/.s.PGSQL.{connection.settings_dict['PORT'] or 5432}"
    pooler = DeafPooler(socket_path)
    service.environment["DATABASE_URL"] += f" host=127.0.0.1 port={pooler.port} sslmode=disable"
    yield pooler
    pooler.close()


def test_a_worker_behind_a_pooler_that_tells_nothing_asks(service: Service, deaf: DeafPooler) -> None:
    make_clients(10)
    start_sleeping(service, **NEVER)
    mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == 10
    assert "we ask" in service.log("worker")
    check_rules(mailing, service)


def test_what_a_worker_was_not_told_it_finds_by_looking(service: Service, deaf: DeafPooler) -> None:
    deaf.is_known = False
    make_clients(10)
    start_sleeping(service)
    mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == 10
    assert deaf.kept_back
    assert "we ask" not in service.log("worker")
    check_rules(mailing, service)
