"""A worker keeps its connections to the database from one call to the next."""

from django.db import connection

from tests.journeys.service import Service, wait_until

COMMITS = 300  # of some sixty calls
THREADS = 8
COUNTS = "SELECT sessions, xact_commit FROM pg_stat_database WHERE datname = current_database()"


def test_calls_open_no_connections_of_their_own(service: Service) -> None:
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    sessions, _ = _after(COMMITS)  # by then each thread has its own
    assert _after(COMMITS)[0] - sessions <= THREADS


def _after(commits: int) -> tuple[int, int]:
    """What the database has counted once so many more transactions have ended."""
    before = _counts()[1]
    wait_until(lambda: _counts()[1] - before >= commits, what=f"{commits} commits")
    return _counts()


def _counts() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        row: tuple[int, int] = cursor.fetchone()
    return row
