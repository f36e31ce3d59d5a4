"""Workers of two versions side by side: the database is the later one's, and calls of both are about.

Of a later version everything is here that an older worker can meet: columns, tables and a kind of gateway
that it does not know, calls to tasks that it does not have, and calls with arguments that it does not take.
"""

import signal
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from notification_service.celery import app
from notification_service.mailings.models import Message
from notification_service.mailings.wake_up import SEND, START
from tests.factories import make_gateway
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

MESSAGES = 3000
GROWING = ("mailings_message", "mailings_mailing", "mailings_batch", "mailings_attempt", "mailings_gateway",
           "mailings_gatewayuse", "directory_client", "mailings_worker", "mailings_messagecount",
           "mailings_minutecount", "mailings_failurecount")  # fmt: skip
WAITING = "waiting for migrations"


@pytest.fixture
def later_schema(transactional_db: None) -> Iterator[None]:
    """What the migrations of a later version may do, once this is over it is undone."""
    yield
    for table in GROWING:
        _execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS of_a_later_version")
    _execute("DROP TABLE IF EXISTS mailings_later")
    _execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_an_older_worker_keeps_sending_during_a_migration_and_beside_newer_workers(
    service: Service, later_schema: None
) -> None:
    make_clients(MESSAGES)
    service.start_gateway("--latency-ms", "40")
    service.start_beat()
    old = service.start_worker("old")
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 10, what="a tenth being sent")
    migrate_to_a_later_version()
    call_as_a_later_version(service)
    second = start_mailing(text="Made after the migration")
    wait_until(lambda: sent(second) > 0, what="the old worker sending on the new schema")
    service.start_worker("new")
    old.send_signal(signal.SIGTERM)
    assert old.wait(30) == 0

    for each in (mailing, second):
        assert wait_until_finished(each)["sent"] == MESSAGES
    for each in (mailing, second):
        check_rules(each, service)
    assert {len(received) for received in service.requests().values()} == {1}
    assert "of_a_later_version" in service.log("old")


def test_messages_that_only_a_later_version_can_send_wait_for_its_workers(service: Service) -> None:
    make_clients(10)
    service.start_gateway()
    service.start_beat()
    address = {"url": f"http://127.0.0.1:{service.gateway_port}", "token_variable": "GATEWAY_TOKEN"}
    later = make_gateway(kind="of_a_later_version", **address)
    service.start_worker("old", GATEWAY_ALLOW_PRIVATE_ADDRESSES="true")
    waiting, sending = start_mailing(gateway=later), start_mailing()
    assert wait_until_finished(sending)["sent"] == 10
    assert set(Message.objects.filter(mailing=waiting).values_list("status", "attempts")) == {("pending", 0)}

    later.kind = "probe_server"  # as if the workers that know it had come
    later.save()
    assert wait_until_finished(waiting)["sent"] == 10


def test_a_newer_worker_changes_nothing_before_the_database_is_migrated(service: Service) -> None:
    make_clients(10)
    service.start_gateway()
    service.start_beat()
    applied = MigrationRecorder.Migration.objects.filter(app="mailings")
    latest = applied.order_by("name")[applied.count() - 1]
    latest.delete()
    try:
        service.start("new", "celery", "-A", "notification_service", "worker", "-l", "info")
        mailing = start_mailing()
        wait_until(lambda: WAITING in service.log("new"), what="the worker waiting")
        mailing.refresh_from_db()
        assert mailing.status == "scheduled"
    finally:
        latest.save(force_insert=True)
    assert wait_until_finished(mailing)["sent"] == 10
    check_rules(mailing, service)


def migrate_to_a_later_version() -> None:
    for table in GROWING:
        _execute(f"ALTER TABLE {table} ADD COLUMN of_a_later_version text NOT NULL DEFAULT 'unknown'")
    _execute("CREATE TABLE mailings_later (id int)")
    _execute("INSERT INTO django_migrations (app, name, applied) VALUES ('mailings', '9999_later', now())")


def call_as_a_later_version(service: Service) -> None:
    with app.connection_for_write(url=service.environment["BROKER_URL"]) as broker:
        for _ in range(20):
            app.send_task("notification_service.delivery.tasks.of_a_later_version", connection=broker)
            app.send_task(SEND, kwargs={"of_a_later_version": True}, connection=broker)
            app.send_task(START, args=["of_a_later_version"], connection=broker)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
