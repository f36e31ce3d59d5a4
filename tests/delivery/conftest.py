from typing import Any

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo


@pytest.fixture
def conninfo(transactional_db: None) -> str:
    """Of the test database, whose rows are committed, so that other connections see them."""
    database: dict[str, Any] = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {libpq: database[django] for libpq, django in names.items() if database[django]}
    return make_conninfo(**parts, **database["OPTIONS"])
