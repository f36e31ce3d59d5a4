import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from notification_service.api.views import health
from notification_service.celery import app
from notification_service.database import prerequisites
from notification_service.mailings.heartbeats import record_heartbeat
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch, settings: Any, broker_url: str) -> Iterator[None]:
    monkeypatch.setattr(health.Schema, "is_complete", False)
    monkeypatch.setattr(app.conf, "broker_url", broker_url)
    forget()
    yield
    forget()


def forget() -> None:
    health.DATABASE.forget()
    health.BROKER.forget()


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def checks_of(answer: Any) -> dict[str, str]:
    checks: dict[str, str] = body_of(answer)["checks"]
    return {name: check for name, check in checks.items() if check != "ok"}


def test_the_service_is_live_and_ready(stranger: Api) -> None:
    record_heartbeat("host:1", silent_seconds=0)
    assert body_of(stranger.get("/health/live")) == {"status": "live"}
    answer = stranger.get("/health/ready")
    assert (answer.status_code, body_of(answer)["status"], checks_of(answer)) == (200, "ready", {})


def test_the_service_is_not_ready_while_a_migration_is_missing(stranger: Api) -> None:
    of_api = MigrationRecorder.Migration.objects.filter(app="api")
    gone = list(of_api)
    of_api.delete()
    try:
        answer = stranger.get("/health/ready")
    finally:
        MigrationRecorder.Migration.objects.bulk_create(gone)
    assert (answer.status_code, errors_of(answer)) == (503, {})
    assert body_of(answer)["detail"] == "The database lacks migrations."


def test_the_service_is_not_ready_while_the_database_takes_no_changes(stranger: Api) -> None:
    assert stranger.get("/health/ready").status_code == 200
    forget()
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE CURRENT_USER SET default_transaction_read_only = 'on'")
    try:
        answer = stranger.get("/health/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER ROLE CURRENT_USER RESET default_transaction_read_only")
    assert (answer.status_code, errors_of(answer)) == (503, {})
    assert body_of(answer)["detail"] == "The database takes no changes."


def test_the_service_is_not_ready_with_a_database_that_will_not_do(
    stranger: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "LEAST_VERSION", 99)
    answer = stranger.get("/health/ready")
    assert (answer.status_code, errors_of(answer)) == (503, {})
    assert body_of(answer)["detail"].startswith("The database is PostgreSQL ")


def test_the_service_is_live_but_not_ready_while_the_database_refuses_connections(
    stranger: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {**connections["default"].settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setitem(connections.settings, "default", elsewhere)
    assert stranger.get("/health/live").status_code == 200
    answer = stranger.get("/health/ready")
    assert (answer.status_code, errors_of(answer)) == (503, {})
    assert checks_of(answer) == {"database": "The database does not answer.", "workers": "unknown"}


def test_readiness_reports_a_hanging_database_and_broker_within_two_seconds(
    stranger: Api, monkeypatch: pytest.MonkeyPatch, deaf_port: int
) -> None:
    deaf = {**connections["default"].settings_dict, "HOST": "127.0.0.1", "PORT": str(deaf_port)}
    monkeypatch.setitem(connections.settings, "default", deaf)
    monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{deaf_port}")
    for _ in range(2):  # the second comes while the first question still hangs
        began = time.monotonic()
        answer = stranger.get("/health/ready")
        assert time.monotonic() - began < 2
        assert answer.status_code == 503


def test_the_service_is_degraded_while_the_broker_is_unreachable(
    stranger: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_heartbeat("host:1", silent_seconds=0)
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1")
    answer = stranger.get("/health/ready")
    assert (answer.status_code, body_of(answer)["status"]) == (200, "degraded")
    assert checks_of(answer) == {"broker": "The broker does not answer; workers call themselves."}


def test_readiness_reports_that_no_worker_runs(stranger: Api) -> None:
    answer = stranger.get("/health/ready")
    assert (answer.status_code, body_of(answer)["status"]) == (200, "degraded")
    assert checks_of(answer) == {"workers": "No worker is running: nothing is sent."}


def test_readiness_reports_that_no_worker_receives_wake_up_calls(stranger: Api) -> None:
    record_heartbeat("host:1", silent_seconds=60)
    assert checks_of(stranger.get("/health/ready")) == {
        "workers": "No worker hears from the broker; they call themselves."
    }


def test_a_worker_counts_once_it_has_heard_a_call(stranger: Api) -> None:
    record_heartbeat("host:1", silent_seconds=None)
    assert set(checks_of(stranger.get("/health/ready"))) == {"workers"}
    forget()
    record_heartbeat("host:1", silent_seconds=0)
    assert checks_of(stranger.get("/health/ready")) == {}


def test_says_that_no_worker_gets_at_the_queue(stranger: Api) -> None:
    record_heartbeat("host:1", silent_seconds=0, lost_seconds=60)
    assert checks_of(stranger.get("/health/ready")) == {
        "workers": "No worker gets at its queue in the database: nothing is sent. Their logs say why."
    }
    forget()
    record_heartbeat("host:2", silent_seconds=0)
    assert checks_of(stranger.get("/health/ready")) == {}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_health_response_is_never_cached(stranger: Api, path: str) -> None:
    assert "no-store" in stranger.get(path)["Cache-Control"]
