"""A worker that calls itself for hours: no call uses up the database's connections, or holds up another."""

import threading
from dataclasses import dataclass, field

import pytest
from django.db import connection

from notification_service.worker.calls import MOST_THREADS, Calls
from tests.journeys.service import wait_until


@dataclass
class Asking:
    backends: list[int] = field(default_factory=list)

    def run(self) -> None:
        self.backends.append(_ask("SELECT pg_backend_pid()"))


@dataclass
class Held:
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        self.begun.release()
        assert self.released.wait(60)


class Failing:
    def run(self) -> None:
        raise ValueError("broken")


def test_a_worker_that_has_called_itself_leaves_no_connection_behind(transactional_db: None) -> None:
    asking = Asking()
    Calls({"ask": asking}, idle_seconds=0.1).make("ask")
    wait_until(lambda: asking.backends, what="the call")
    is_there = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {asking.backends[0]}"
    wait_until(lambda: not _ask(is_there), seconds=20, what="its connection being closed")


def test_calls_one_after_another_share_a_connection(transactional_db: None) -> None:
    asking, ended = Asking(), threading.Semaphore(0)
    calls = Calls({"ask": asking}, after=ended.release)
    for _ in range(3):
        calls.make("ask")
        assert ended.acquire(timeout=60)
    calls.stop(seconds_left=lambda: 60)
    assert len(set(asking.backends)) == 1


def test_a_call_that_takes_long_delays_neither_another_nor_its_own_next_one(transactional_db: None) -> None:
    held, ended = Held(), threading.Semaphore(0)
    calls = Calls({"hold": held, "ask": Asking()}, after=ended.release)
    for _ in range(2):
        calls.make("hold")
        assert held.begun.acquire(timeout=60)
    calls.make("ask")
    assert ended.acquire(timeout=60)
    held.released.set()
    calls.stop(seconds_left=lambda: 60)


def test_calls_beyond_the_last_thread_are_made_once_each_when_one_is_free(transactional_db: None) -> None:
    held, asking, ended = Held(), Asking(), threading.Semaphore(0)
    calls = Calls({"hold": held, "ask": asking}, after=ended.release)
    for _ in range(MOST_THREADS):
        calls.make("hold")
        assert held.begun.acquire(timeout=60)
    for _ in range(3):
        calls.make("ask")
    held.released.set()
    for _ in range(MOST_THREADS + 1):
        assert ended.acquire(timeout=60)
    calls.stop(seconds_left=lambda: 60)
    assert len(asking.backends) == 1


def test_a_call_that_fails_ends_no_thread(transactional_db: None, caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Semaphore(0)
    calls = Calls({"fail": Failing()}, after=ended.release)
    for _ in range(20):
        calls.make("fail")
        assert ended.acquire(timeout=60)


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])
