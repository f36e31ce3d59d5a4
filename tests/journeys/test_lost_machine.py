"""A worker's machine that vanishes: its sessions say nothing more, and the server keeps what they hold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.factories import make_messages_in_bulk, make_running_mailing
from tests.journeys.conftest import database_conninfo
from tests.journeys.half_open import HalfOpenable
from tests.journeys.mailing import check_rules, make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service, kill, wait_until

CLIENTS = 3000  # more than are planned in the first chunk
SETTLING, PLANNING = b"Give a chunk of a mailing's waiting messages", b"FOR NO KEY UPDATE"


@pytest.fixture
def line() -> Iterator[HalfOpenable]:
    """Between the first worker's machine and the database."""
    server = conninfo_to_dict(database_conninfo())
    host, port = str(server["host"]), int(server.get("port") or 5432)
    line = HalfOpenable(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else port)
    yield line
    line.close()


def start_distant_worker(service: Service, line: HalfOpenable) -> None:
    through = make_conninfo(database_conninfo(), host="127.0.0.1", port=line.port)
    worker = service.start_worker("distant", DATABASE_URL=through)
    wait_until(line.is_silent.is_set, what="the machine vanishing")
    kill(worker)


def test_a_machine_that_vanishes_while_it_settles_holds_up_no_deadline(
    service: Service, line: HalfOpenable
) -> None:
    make_clients(CLIENTS)
    service.start_beat()
    mailing = make_running_mailing(end_at=datetime.now(UTC) - timedelta(seconds=1))
    make_messages_in_bulk(mailing)
    line.fall_silent_after(SETTLING)
    start_distant_worker(service, line)
    service.start_worker("healthy")

    assert wait_until_finished(mailing)["expired"] == CLIENTS


def test_a_machine_that_vanishes_while_it_plans_holds_up_no_mailing(
    service: Service, line: HalfOpenable
) -> None:
    make_clients(CLIENTS)
    service.start_gateway()
    service.start_beat()
    line.fall_silent_after(PLANNING)
    mailing = start_mailing()
    start_distant_worker(service, line)
    service.start_worker("healthy")

    assert wait_until_finished(mailing)["sent"] == CLIENTS
    check_rules(mailing, service)
