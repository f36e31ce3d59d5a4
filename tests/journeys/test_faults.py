"""A mailing of 3,000 while something dies in the middle of it: rules 7 and 8."""

import signal
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections

from notification_service.mailings.models import Attempt, Gateway, Message
from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests.conftest import BrokerClass
from tests.factories import make_messages_in_bulk, make_running_mailing
from tests.journeys.conftest import database_conninfo
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, kill, wait_until

MESSAGES = 1200
SLOWLY = ("--latency-ms", "200")  # then a fault comes while most is still to be sent
SHORT_LEASE = "3"
AT_ONCE = 64  # a worker's requests under way, by default


def test_a_killed_worker_loses_nothing_and_repeats_no_recorded_success(service: Service) -> None:
    service.environment["LEASE_SECONDS"] = SHORT_LEASE
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    worker = service.start_worker("first")
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    kill(worker)
    assert sent(mailing) < MESSAGES
    service.start_worker("second")

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert Attempt.objects.filter(outcome="lost").exists()
    check_rules(mailing, service)


def test_a_killed_workers_requested_messages_alone_are_given_up(service: Service) -> None:
    service.environment["LEASE_SECONDS"] = SHORT_LEASE
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    worker = service.start_worker("first")
    mailing = start_mailing(on_unknown="give_up")
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    kill(worker)
    service.start_worker("second")

    counts = wait_until_finished(mailing)
    unknown = set(Message.objects.filter(status="unknown").values_list("pk", flat=True))
    assert len(unknown - service.requests().keys()) <= AT_ONCE
    assert counts["sent"] == MESSAGES - len(unknown)
    assert {len(received) for received in service.requests().values()} == {1}
    check_rules(mailing, service)


def test_a_broker_killed_with_all_its_data_loses_nothing(
    transactional_db: None, broker_class: BrokerClass, tmp_path: Path
) -> None:
    broker = broker_class(tmp_path / "broker")
    broker.start()
    service = Service(tmp_path, database_url=database_conninfo(), broker_url=broker.url)
    try:
        make_clients(MESSAGES)
        service.start_gateway(*SLOWLY)
        service.start_beat()
        service.start_worker()
        mailing = start_mailing()
        wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
        broker.kill()
        second = start_mailing(text="While the broker is away")
        wait_until(lambda: sent(second) > 0, what="a mailing starting without a broker")
        broker.start()
        assert wait_until_finished(mailing)["sent"] == MESSAGES
        assert wait_until_finished(second)["sent"] == MESSAGES
    finally:
        service.stop()
        broker.stop()
    check_rules(mailing, service)
    check_rules(second, service)


def test_a_database_killed_midway_loses_nothing(
    service: Service, postgres_server: EmbeddedPostgres | None
) -> None:
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server that is not ours to kill")
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    postgres_server.kill()
    connections.close_all()
    postgres_server.start()

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    check_rules(mailing, service)


def test_a_gateway_that_is_dead_for_many_probes_fails_no_message(service: Service) -> None:
    make_clients(MESSAGES)
    gateway = service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")
    kill(gateway)
    attempts = Attempt.objects.filter(outcome="retry")
    wait_until(attempts.exists, what="a vain attempt")
    for number in range(5):
        probed_at = probe_time()
        wait_until(lambda at=probed_at: probe_time() not in (at, None), what=f"probe {number + 1}")  # type: ignore[misc]
    service.start_gateway(*SLOWLY)

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    check_rules(mailing, service)


def probe_time() -> datetime | None:
    return Gateway.objects.get(name="main").probe_at


def test_a_stopped_worker_leaves_no_message_in_sending(service: Service) -> None:
    make_clients(MESSAGES)
    service.start_gateway("--latency-ms", "200")
    service.start_beat()
    worker = service.start_worker()
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > 200, what="200 being sent")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0

    statuses = set(Message.objects.values_list("status", flat=True))
    assert statuses == {"sent", "pending"}
    assert sum(map(len, service.requests().values())) == sent(mailing)


def test_a_worker_stopped_during_its_own_call_leaves_nothing_sending(service: Service) -> None:
    make_clients(MESSAGES)
    mailing = make_running_mailing()
    make_messages_in_bulk(mailing)
    service.start_gateway("--latency-ms", "1500")
    worker = service.start_worker()
    wait_until(lambda: sent(mailing), what="some being sent without any call")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0

    statuses = set(Message.objects.values_list("status", flat=True))
    assert statuses == {"sent", "pending"}
    assert sum(map(len, service.requests().values())) == sent(mailing)
    assert "messages_left=0" in service.log("worker")


def test_a_second_beat_repeats_no_message(service: Service) -> None:
    make_clients(MESSAGES)
    service.start_gateway(*SLOWLY)
    for _ in range(2):
        service.start_beat()
    service.start_workers("first", "second")
    mailing = start_mailing()

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert {len(received) for received in service.requests().values()} == {1}
    check_rules(mailing, service)
