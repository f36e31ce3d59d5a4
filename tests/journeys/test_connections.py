"""A worker keeps its connections to the database from one call to the next."""

from django.db import connection

from notification_service.celery import app
from notification_service.mailings.wake_up import START
from tests.journeys.service import Service, wait_until

COMMITS = 300  # of more than a hundred calls
THREADS = 8
COUNTS = "SELECT sessions, xact_commit FROM pg_stat_database WHERE datname = current_database()"


def test_wake_up_calls_open_no_further_connections(service: Service) -> None:
    service.start_worker()
    sessions, _ = counts_after_calls(service)  # by then each thread has its own
    assert counts_after_calls(service)[0] - sessions <= THREADS


def counts_after_calls(service: Service) -> tuple[int, int]:
    """What the database has counted once so many more transactions have ended."""
    before = counts()[1]
    with app.connection_for_write(url=service.environment["BROKER_URL"]) as broker:

        def have_ended() -> bool:
            for _ in range(THREADS):
                app.send_task(START, connection=broker)
            return counts()[1] - before >= COMMITS

        wait_until(have_ended, what=f"{COMMITS} commits")
    return counts()


def counts() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        row: tuple[int, int] = cursor.fetchone()
    return row
