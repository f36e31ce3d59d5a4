from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.journeys.service import Service


def database_conninfo() -> str:
    database = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {libpq: database[django] for libpq, django in names.items() if database[django]}
    return make_conninfo(**parts)


@pytest.fixture
def service(transactional_db: None, broker_url: str, tmp_path: Path) -> Iterator[Service]:
    """No process runs yet; all are stopped before the database is emptied for the next test."""
    service = Service(tmp_path, database_url=database_conninfo(), broker_url=broker_url)
    yield service
    service.stop()
