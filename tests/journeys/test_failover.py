"""A failover: sessions first find the other server a standby, which may only be read; then it is promoted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from notification_service.access.models import ApiKey
from notification_service.environment import database_settings
from notification_service.mailings.heartbeats import live_workers
from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests import standby as standby_server
from tests.journeys.conftest import database_conninfo
from tests.journeys.half_open import HalfOpenable
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until
from tests.journeys.test_database import MESSAGES, READ_ONLY, SLOWLY
from tests.security.web_server import WebServer, running
from tests.standby import Standby

PHONE = "79990000001"


@pytest.fixture
def primary(postgres_server: EmbeddedPostgres | None) -> EmbeddedPostgres:
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server that we cannot copy")
    if not standby_server.can_be_made():
        pytest.skip(standby_server.NOTHING_HERE)
    return postgres_server


@pytest.fixture
def standby(primary: EmbeddedPostgres, tmp_path: Path) -> Iterator[Standby]:
    server = Standby(tmp_path / "standby", primary=primary)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def address() -> Iterator[HalfOpenable]:
    """By which the service knows the database: of the primary, until it leads to the standby."""
    line = HalfOpenable(socket_of(database_conninfo()))
    yield line
    line.close()


def socket_of(conninfo: str) -> str:
    return f"{conninfo_to_dict(conninfo)['host']}/.s.PGSQL.5432"


@contextmanager
def looking_at(server: EmbeddedPostgres) -> Iterator[None]:
    """The test's own connection leads to the same database there."""
    connection = connections["default"]
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(database_settings(server.url_of(kept["NAME"])))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(kept)


def status_of_change(web: WebServer, key: str) -> int:
    headers = (f"Authorization: Bearer {key}", "Content-Type: application/json")
    body = json.dumps({"phone": PHONE, "timezone": "UTC"}).encode()
    length = f"Content-Length: {len(body)}"
    return web.ask("POST /api/clients/", *headers, length, body=body)[0]


def status_of_read(web: WebServer, key: str) -> int:
    return web.ask("GET /api/clients/", f"Authorization: Bearer {key}")[0]


def is_ready(web: WebServer) -> bool:
    return web.ask("GET /health/ready")[0] == 200


@pytest.mark.timeout(240)
def test_a_failover_by_way_of_a_standby_is_followed_by_workers_and_by_the_api(
    service: Service, primary: EmbeddedPostgres, standby: Standby, address: HalfOpenable, tmp_path: Path
) -> None:
    make_clients(MESSAGES)
    _, key = ApiKey.issue(name="any", scope="write", pii=True)  # a look at phones leaves an entry
    urls = {"DATABASE_URL": make_conninfo(database_conninfo(), host="127.0.0.1", port=address.port)}
    service.start_gateway(*SLOWLY)
    service.start_beat()
    service.start_worker(**urls)
    broker = {"BROKER_URL": service.environment["BROKER_URL"]}
    with running(tmp_path / "web", **urls, **broker) as web:
        wait_until(lambda: is_ready(web), what="the service being ready")
        mailing = start_mailing()
        wait_until(lambda: sent(mailing) > MESSAGES / 5, what="a fifth being sent")

        address.break_off()
        wait_until(standby.has_caught_up, what="the standby having all that was written")
        address.lead_to(socket_of(standby.url))
        wait_until(lambda: READ_ONLY in service.log("worker"), what="the worker finding it read-only")
        wait_until(lambda: not is_ready(web), what="the service saying that it is not ready")
        assert (status_of_change(web, key), status_of_read(web, key)) == (503, 503)

        standby.promote()
        with looking_at(standby):
            assert wait_until_finished(mailing)["sent"] == MESSAGES
            check_rules(mailing, service)
            assert live_workers().alive == 1
            wait_until(lambda: is_ready(web), what="the service being ready again")
            assert (status_of_change(web, key), status_of_read(web, key)) == (201, 200)
            service.stop()  # while its database is there
