"""A worker that calls itself for hours must not use up the database's connections."""

from celery import Celery
from django.db import connection

from notification_service.worker.fallback_beat import FallbackBeat
from tests.journeys.service import wait_until


def test_a_call_of_the_fallback_beat_leaves_no_connection_behind(transactional_db: None) -> None:
    backends: list[int] = []

    @Celery(set_as_current=False).task(name="ask")
    def ask() -> None:
        backends.append(_ask("SELECT pg_backend_pid()"))

    FallbackBeat({"celery": [ask]}, listens_to=["celery"]).call_all(["celery"])
    wait_until(lambda: backends, what="the call")
    is_there = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {backends[0]}"
    wait_until(lambda: not _ask(is_there), seconds=20, what="its connection being closed")


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])
