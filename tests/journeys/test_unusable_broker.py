"""A service whose broker is away when it starts, or is not as we know brokers: rule 7 holds all the same."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Queue

from notification_service.mailings.heartbeats import live_workers
from tests import rabbitmq
from tests.journeys.conftest import database_conninfo
from tests.journeys.mailing import check_rules, make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until
from tests.ports import free_port
from tests.rabbitmq import Rabbitmq

CLIENTS = 300
WORKER = ("celery", "-A", "notification_service", "worker", "-l", "info")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbitmq]:
    if not rabbitmq.is_installed():
        pytest.skip(rabbitmq.NOTHING_HERE)
    server = Rabbitmq(tmp_path_factory.mktemp("rabbitmq"))
    server.start()
    yield server
    server.stop()


def check_sends(folder: Path, broker_url: str, *, says: str) -> str:
    """That a worker sends, says that it lives and what is wrong, and stops; its log."""
    service = Service(folder, database_url=database_conninfo(), broker_url=broker_url)
    try:
        make_clients(CLIENTS)
        service.start_gateway()
        worker = service.start("worker", *WORKER)
        mailing = start_mailing()
        assert wait_until_finished(mailing)["sent"] == CLIENTS
        assert live_workers().alive == 1
        wait_until(lambda: says in service.log("worker"), what=says)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        service.stop()
    check_rules(mailing, service)
    return service.log("worker")


def test_a_service_that_starts_without_its_broker_sends_all_the_same(
    transactional_db: None, tmp_path: Path
) -> None:
    log = check_sends(tmp_path, f"redis://127.0.0.1:{free_port()}/0", says="broker not heard")
    assert log.count("wake-up lost") == 1


@pytest.mark.parametrize(("listens_to", "other"), [("celery", "workers"), ("workers", "celery")])
def test_a_worker_that_listens_to_one_queue_alone_does_it_all_and_says_so(
    service: Service, listens_to: str, other: str
) -> None:
    make_clients(CLIENTS)
    service.start_gateway()
    service.start_beat()
    service.worker_options = ["-Q", listens_to]
    service.start_worker()
    mailing = start_mailing()

    assert wait_until_finished(mailing)["sent"] == CLIENTS
    wait_until(lambda: live_workers().silent == 1, what="readiness telling")
    said = next(line for line in service.log("worker").splitlines() if "does not listen" in line)
    assert said.endswith(f"queue={other}")
    check_rules(mailing, service)


def test_a_service_whose_account_the_broker_refuses_sends_all_the_same(
    transactional_db: None, tmp_path: Path, broker: Rabbitmq
) -> None:
    log = check_sends(
        tmp_path, broker.url.replace(f"{rabbitmq.USER}:", f"{rabbitmq.USER}:wrong"), says="broker unusable"
    )
    assert log.count("broker unusable") == 1
    assert "Traceback" not in log


def test_a_service_whose_queue_is_another_one_s_sends_all_the_same(
    transactional_db: None, tmp_path: Path, broker: Rabbitmq
) -> None:
    url = broker.add_virtual_host("shared", default_queue_type="classic")
    with Connection(url) as connection:
        Queue("celery", queue_arguments={"x-max-length": 5})(connection.default_channel).declare()
    log = check_sends(tmp_path, url, says="inequivalent arg 'x-max-length' for queue 'celery'")
    assert "Traceback" not in log


def test_workers_hear_calls_where_queues_are_quorum_queues_by_default(
    transactional_db: None, tmp_path: Path, broker: Rabbitmq
) -> None:
    url = broker.add_virtual_host("quorum", default_queue_type="quorum")
    service = Service(tmp_path, database_url=database_conninfo(), broker_url=url)
    try:
        make_clients(CLIENTS)
        service.start_gateway()
        service.start_beat()
        service.start_worker()
        mailing = start_mailing()
        assert wait_until_finished(mailing)["sent"] == CLIENTS
        wait_until(lambda: live_workers().silent == 0, what="calls being heard")
        assert "broker not heard" not in service.log("worker")
    finally:
        service.stop()
    check_rules(mailing, service)
