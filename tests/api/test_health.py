from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from notification_service.api.views import health
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.Migrations, "are_complete", False)


def test_is_live_and_ready(stranger: Api) -> None:
    assert body_of(stranger.get("/health/live")) == {"status": "live"}
    assert body_of(stranger.get("/health/ready")) == {"status": "ready"}


def test_is_not_ready_while_a_migration_is_missing(stranger: Api) -> None:
    MigrationRecorder.Migration.objects.filter(app="api").delete()
    answer = stranger.get("/health/ready")
    assert (answer.status_code, errors_of(answer)) == (503, {})
    assert body_of(answer)["detail"] == "The database lacks migrations."


def test_is_live_but_not_ready_while_the_database_is_away(
    stranger: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", fail)
    assert stranger.get("/health/live").status_code == 200
    answer = stranger.get("/health/ready")
    assert (answer.status_code, errors_of(answer)) == (503, {})


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_is_never_cached(stranger: Api, path: str) -> None:
    assert "no-store" in stranger.get(path)["Cache-Control"]
