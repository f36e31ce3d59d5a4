"""Wake-up calls: to tasks that exist, over queues that are consumed, and without ever waiting."""

import socket
import time

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction

from notification_service.celery import app
from notification_service.mailings import wake_up as wake_up_module
from notification_service.mailings.wake_up import wake_up

WAKE_UPS = [value for name, value in vars(wake_up_module).items() if name.isupper()]


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


def test_wake_up_calls_expire() -> None:
    lifetimes = [entry["options"]["expires"] for entry in app.conf.beat_schedule.values()]
    assert max(lifetimes) <= 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_wake_up_call_does_not_wait_for_a_hanging_broker_and_does_not_fail(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never says a word
        broker = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(wake_up_module, "current_app", Celery(broker=broker, set_as_current=False))
        started = time.monotonic()
        for _ in range(100):
            with transaction.atomic():
                wake_up(*WAKE_UPS)
        assert time.monotonic() - started < 0.5


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_rolled_back_sends_no_wake_up_call(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(wake_up_module.Publisher, "publish", lambda self, names: called.extend(names))
    with transaction.atomic():
        wake_up(wake_up_module.SEND)
        transaction.set_rollback(True)
    assert called == []


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_call_is_sent_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(wake_up_module.Publisher, "publish", lambda self, names: called.extend(names))
    with transaction.atomic():
        wake_up(wake_up_module.SEND)
        assert called == []
    assert called == [wake_up_module.SEND]
