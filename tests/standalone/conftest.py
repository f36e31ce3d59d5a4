from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.valkey.server import EmbeddedValkey

EmbeddedMaker = Callable[[Path], EmbeddedPostgres]


@pytest.fixture
def make_postgres() -> Iterator[EmbeddedMaker]:
    """Makes servers that are stopped at the end of the test, whatever became of it."""
    made: list[EmbeddedPostgres] = []

    def make(data_dir: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(data_dir))
        return made[-1]

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def postgres(make_postgres: EmbeddedMaker, tmp_path: Path) -> EmbeddedPostgres:
    server = make_postgres(tmp_path / "data")
    server.start()
    return server


@pytest.fixture(scope="module")
def shared_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """For tests that leave it running and as it was."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("shared") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "data")
    server.start()
    yield server
    server.kill()
