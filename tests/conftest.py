"""Real servers for the whole suite: those that DATABASE_URL and BROKER_URL name, else embedded ones."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections

from notification_service.environment import database_settings
from notification_service.standalone.postgres import EmbeddedPostgres
from notification_service.standalone.valkey import EmbeddedValkey


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres | None]:
    """None where DATABASE_URL names a server."""
    if settings.DATABASES["default"]["NAME"]:
        yield None
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server: EmbeddedPostgres | None) -> None:
    if postgres_server:
        connections["default"].settings_dict.update(database_settings(postgres_server.url))


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if settings.CELERY_BROKER_URL:
        yield settings.CELERY_BROKER_URL
        return
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server.url
    server.stop()
