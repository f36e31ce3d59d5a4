from collections.abc import Iterator
from typing import Any

import pytest

from notification_service.access.models import ApiKey
from tests.api.conftest import read_key, write_key
from tests.clients_python.faulty_proxy import FaultyProxy
from tests.clients_python.program import KINDS, Program

__all__ = ["read_key", "write_key"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def program(kind: str, live_server: Any, write_key: str) -> Iterator[Program]:
    with Program(kind, live_server.url, write_key) as program:
        yield program


@pytest.fixture
def admin(kind: str, live_server: Any) -> Iterator[Program]:
    with Program(kind, live_server.url, ApiKey.issue(name="admin", scope="admin", pii=True)[1]) as program:
        yield program


@pytest.fixture
def proxy(live_server: Any) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(live_server.url)
    yield proxy
    proxy.close()


@pytest.fixture
def through_proxy(kind: str, proxy: FaultyProxy, write_key: str) -> Iterator[Program]:
    with Program(kind, proxy.url, write_key) as program:
        yield program
