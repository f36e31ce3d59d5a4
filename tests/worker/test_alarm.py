"""A worker's alarm: it is woken by what PostgreSQL tells, by the moment itself, and by a look."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from notification_service.mailings.models import Mailing
from notification_service.mailings.wake_up import SEND, SETTLE, START, wake_up
from notification_service.worker.alarm import Alarm
from tests.factories import make_mailing, make_message, make_running_mailing, now
from tests.journeys.service import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

NEVER = 3600.0
Maker = Callable[..., Alarm]


class Called:
    """What the alarm has called for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, name: str) -> None:
        with self._changed:
            self.names.append(name)
            self._changed.notify_all()

    def wait(self, name: str, *, times: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.names.count(name) >= times, timeout=60)


@pytest.fixture
def called() -> Called:
    return Called()


@pytest.fixture
def start(called: Called) -> Iterator[Maker]:
    """An alarm that listens, and neither looks nor calls by itself unless it is told to."""
    made: list[Alarm] = []

    def start(*, poll_seconds: float = NEVER, interval: float = NEVER) -> Alarm:
        def call(name: str) -> None:
            called(name)
            alarm.look_again()  # it has ended

        intervals = dict.fromkeys((START, SETTLE, SEND), interval)
        alarm = Alarm(intervals, call=call, poll_seconds=poll_seconds)
        made.append(alarm)
        alarm.start()
        wait_until(lambda: alarm.is_told, what="the alarm listening")
        return alarm

    yield start
    for alarm in made:
        alarm.stop(seconds=60)


def test_a_call_is_made_once_its_transaction_is_committed(start: Maker, called: Called) -> None:
    start()
    with transaction.atomic():
        wake_up(SETTLE)
        wake_up_outside(SEND)
        called.wait(SEND)
        assert called.names == [SEND]
    called.wait(SETTLE)
    assert called.names == [SEND, SETTLE]


def test_all_workers_are_told(start: Maker, called: Called) -> None:
    start()
    start()
    wake_up(SEND)
    called.wait(SEND, times=2)


def test_a_call_that_this_version_does_not_know_is_none(start: Maker, called: Called) -> None:
    start()
    wake_up("notification_service.of.tomorrow", SEND)
    called.wait(SEND)
    assert called.names == [SEND]


def test_a_mailing_wakes_the_worker_at_its_time(start: Maker, called: Called) -> None:
    make_mailing(start_at=now() + timedelta(seconds=0.5))
    start()
    called.wait(START)
    assert now() >= Mailing.objects.get().start_at


def test_a_message_that_waits_wakes_the_worker_at_its_time(start: Maker, called: Called) -> None:
    due_at = now() + timedelta(seconds=0.5)
    make_message(make_running_mailing(), next_attempt_at=due_at)
    start()
    called.wait(SEND)
    assert now() >= due_at


def test_what_a_call_left_for_later_is_found_when_it_has_ended(start: Maker, called: Called) -> None:
    alarm = start()
    make_message(make_running_mailing(), next_attempt_at=now() + timedelta(seconds=0.2))
    alarm.look_again()
    called.wait(SEND)


def test_what_stays_due_is_called_for_again(start: Maker, called: Called) -> None:
    make_message(make_running_mailing())
    start()
    called.wait(SEND, times=2)


def test_what_nobody_told_is_found_by_looking(start: Maker, called: Called) -> None:
    start(poll_seconds=0.2)
    make_mailing(start_at=now() - timedelta(seconds=1))
    called.wait(START)


def test_a_killed_session_is_opened_anew_and_misses_nothing(start: Maker, called: Called) -> None:
    start()
    with transaction.atomic():
        kill_listeners()
        make_mailing(start_at=now() - timedelta(seconds=1))
        wake_up(START)
    called.wait(START)
    called.names.clear()
    wake_up(SETTLE)
    called.wait(SETTLE)


def test_a_call_that_neither_beat_nor_the_broker_makes_is_made(start: Maker, called: Called) -> None:
    start(interval=0.1)
    for name in (START, SETTLE, SEND):
        called.wait(name, times=2)


def test_a_call_that_was_heard_is_not_made_again(start: Maker, called: Called) -> None:
    alarm = start(interval=2)

    def send_is_called_while_the_others_are_heard() -> bool:
        for name in (START, SETTLE):
            alarm.hear(name)
        return bool(called.names)

    wait_until(send_is_called_while_the_others_are_heard, what="the call that is not heard")
    assert set(called.names) == {SEND}


def kill_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            " AND query LIKE '%is next to be done%'"
        )
        assert cursor.rowcount > 0


def wake_up_outside(name: str) -> None:
    def wake() -> None:
        wake_up(name)
        connection.close()

    thread = threading.Thread(target=wake)
    thread.start()
    thread.join()
