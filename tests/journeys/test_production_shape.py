"""The production shape without containers: their commands, RabbitMQ, PostgreSQL over TCP, no DEBUG."""

import urllib.error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import rabbitmq
from tests.journeys.half_open import HalfOpenable
from tests.journeys.production import FLOWER_LOGIN, Api, Containers, page
from tests.journeys.service import wait_until
from tests.rabbitmq import Rabbitmq
from tests.tcp_postgres import TcpPostgres

pytestmark = pytest.mark.skipif(not rabbitmq.is_installed(), reason=rabbitmq.NOTHING_HERE)

CLIENTS = 300
SEND = "notification_service.delivery.tasks.send_due"
WORKERS = ("worker", "second")
NODES = {"celery", "second"}
SERVICES = ("simulator", "web", "worker", "beat", "flower")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbitmq]:
    server = Rabbitmq(tmp_path_factory.mktemp("rabbitmq"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpPostgres]:
    server = TcpPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def line(broker: Rabbitmq) -> Iterator[HalfOpenable]:
    """Between the second worker and the broker."""
    line = HalfOpenable(broker.port)
    yield line
    line.close()


@pytest.fixture(scope="module")
def containers(
    broker: Rabbitmq, line: HalfOpenable, database: TcpPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Containers]:
    """`docker compose up -d`, with a second worker."""
    containers = Containers(
        tmp_path_factory.mktemp("containers"), database_url=database.url, broker_url=broker.url
    )
    try:
        assert containers.start("migrate").wait(60) == 0, containers.log("migrate").read_text()
        for service in SERVICES:
            containers.start(service)
        containers.start_another_worker("second", broker_url=broker.url_through(line.port))
        wait_until(lambda: containers.listens(containers.web_port), what="the web server listening")
        wait_until(lambda: containers.is_healthy("web"), what="the web server being healthy")
        wait_until(lambda: all(map(containers.worker_is_ready, WORKERS)), what="both workers being ready")
        yield containers
    finally:
        containers.stop()


@pytest.fixture(scope="module")
def api(containers: Containers) -> Api:
    key = containers.run("python", "manage.py", "create_api_key", "journey", "--scope", "write")
    return Api(f"http://127.0.0.1:{containers.web_port}", key)


def test_a_mailing_made_through_the_api_is_sent(api: Api) -> None:
    lines = [f"7900{number:07},Europe/Moscow\n" for number in range(CLIENTS)]
    api.post_csv("/api/clients/import/", "".join(["phone,timezone\n", *lines]))
    mailing = api.post("/api/mailings/", new_mailing())

    def is_finished() -> bool:
        return bool(api.get(f"/api/mailings/{mailing['id']}/")["status"] == "finished")

    wait_until(is_finished, seconds=60, what="the mailing being finished")
    counts = api.get(f"/api/mailings/{mailing['id']}/info/")["messages"]
    assert {name: n for name, n in counts.items() if n} == {"total": CLIENTS, "sent": CLIENTS}


def test_every_container_is_healthy(containers: Containers) -> None:
    checked = ("web", "worker", "flower", "simulator")
    assert [service for service in checked if not containers.is_healthy(service)] == []


def test_flower_shows_the_workers_only_with_the_password(containers: Containers) -> None:
    url = f"http://127.0.0.1:{containers.flower_port}/"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        page(url, login="operator:guessed")
    wait_until(lambda: "second@" in page(url, login=FLOWER_LOGIN), what="Flower knowing the workers")


def test_every_worker_receives_the_call_to_send(containers: Containers) -> None:
    def heard() -> bool:
        calls = containers.calls_heard(SEND, NODES)
        return calls.keys() == NODES and min(calls.values()) > 2

    wait_until(heard, what="both workers being called")
    assert "broker not heard" not in containers.log("worker").read_text()


def test_a_process_that_only_sends_calls_leaves_no_queue_behind(
    broker: Rabbitmq, containers: Containers
) -> None:
    assert broker.exchanges()["workers"] == "fanout"
    queues = [queue for queue in broker.queues() if "reply" not in queue.name]
    assert [queue.name for queue in queues if not queue.consumers] == []
    assert [queue.consumers for queue in queues if queue.name.startswith("bcast.")] == [1, 1]


def test_a_worker_returns_while_the_broker_still_holds_its_lost_connection(
    line: HalfOpenable, containers: Containers
) -> None:
    before = containers.calls_heard(SEND, NODES)["second"]
    line.cut()

    def hears_again() -> bool:
        assert containers.runs("second"), containers.log("second").read_text()[-2000:]
        return containers.calls_heard(SEND, NODES).get("second", 0) > before + 2

    wait_until(hears_again, what="the second worker being called again")


def new_mailing() -> dict[str, Any]:
    now = datetime.now(UTC)
    end = now + timedelta(hours=1)
    return {"text": "Здравствуйте!", "start_at": now.isoformat(), "end_at": end.isoformat(), "filter": {}}
