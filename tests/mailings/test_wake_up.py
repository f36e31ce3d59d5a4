"""Wake-up calls: to tasks that exist, over queues that are consumed, and without ever waiting."""

import socket
import threading
import time
from collections.abc import Callable
from secrets import token_hex

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, transaction

from notification_service.celery import app
from notification_service.mailings import wake_up as wake_up_module
from notification_service.mailings.wake_up import wake_up

WAKE_UPS = [
    value for name, value in vars(wake_up_module).items() if name.isupper() and ".tasks." in str(value)
]


def registered() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.startswith("notification_service.")}


def test_every_task_that_beat_calls_is_registered() -> None:
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called - registered() == set()


def test_every_wake_up_call_names_a_registered_task() -> None:
    assert len(WAKE_UPS) > 1
    assert set(WAKE_UPS) - registered() == set()


def test_beat_calls_every_task_of_a_wake_up_call() -> None:
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert set(WAKE_UPS) - called == set()


def test_every_queue_that_a_task_is_sent_to_is_consumed_by_a_worker() -> None:
    consumed = {queue.exchange.name for queue in app.amqp.queues.consume_from.values()}
    for name in registered():
        options = app.amqp.router.route({}, name)
        queue, exchange = options.get("queue"), options.get("exchange")
        assert (queue.exchange.name if queue else exchange) in consumed


def test_every_worker_gets_its_own_call_to_send() -> None:
    options = app.amqp.router.route({}, wake_up_module.SEND)
    assert (options["exchange"], options["exchange_type"]) == ("workers", "fanout")


def test_wake_up_calls_expire_after_more_than_a_minute_by_which_clocks_may_differ() -> None:
    lifetimes = {entry["options"]["expires"] for entry in app.conf.beat_schedule.values()}
    assert 60 < min(lifetimes) <= max(lifetimes) < 300


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_wake_up_call_does_not_wait_for_a_hanging_broker_and_does_not_fail(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never says a word
        broker = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(wake_up_module, "app", Celery(broker=broker, set_as_current=False))
        started = time.monotonic()
        for _ in range(100):
            with transaction.atomic():
                wake_up(*WAKE_UPS)
        assert time.monotonic() - started < 20  # had it waited, each would have taken two seconds


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Waits for the next call that reaches the broker, and returns the name of its task.

    A call of the service itself is left over from an earlier test.
    """
    broker = Celery(broker="memory://", set_as_current=False)
    broker.conf.task_default_queue = token_hex(8)
    monkeypatch.setattr(wake_up_module, "app", broker)
    wake_up_module._publisher.cache_clear()  # that of an earlier test may still wait for a broker that hung

    def next_call() -> str:
        with broker.connection_for_read() as channel:
            queue = channel.SimpleQueue(broker.conf.task_default_queue, no_ack=True)
            while (name := str(queue.get(timeout=30).headers["task"])) in WAKE_UPS:
                pass
            return name

    return next_call


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_rolled_back_sends_no_wake_up_call(sent: Callable[[], str]) -> None:
    with transaction.atomic():
        wake_up("rolled back")
        transaction.set_rollback(True)
    wake_up("committed")
    assert sent() == "committed"


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_call_is_sent_after_the_commit(sent: Callable[[], str]) -> None:
    def wake_up_outside() -> None:
        wake_up("outside")
        connection.close()

    with transaction.atomic():
        wake_up("in the transaction")
        other = threading.Thread(target=wake_up_outside)
        other.start()
        other.join()
        assert sent() == "outside"
    assert sent() == "in the transaction"
