from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import database_conninfo
from tests.security.web_server import WebServer, running


@pytest.fixture
def web_server(transactional_db: None, tmp_path: Path) -> Iterator[WebServer]:
    with running(tmp_path, DATABASE_URL=database_conninfo(), BROKER_URL="redis://127.0.0.1:1/0") as server:
        yield server
