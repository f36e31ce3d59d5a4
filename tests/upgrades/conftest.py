from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.journeys.conftest import database_conninfo

NAME = "empty_at_first"


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    with psycopg.connect(database_conninfo(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
        yield make_conninfo(database_conninfo(), dbname=NAME)
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
