"""The storm's own PostgreSQL and Valkey."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.valkey.server import EmbeddedValkey
from tests.chaos.audit import remember_commit_times


@contextmanager
def servers(folder: Path) -> Iterator[tuple[EmbeddedPostgres, EmbeddedValkey]]:
    postgres, broker = EmbeddedPostgres(folder), EmbeddedValkey(folder)
    postgres.start()
    remember_commit_times(postgres.url)
    postgres.stop()
    postgres.start()
    broker.start()
    try:
        yield postgres, broker
    finally:
        broker.kill()
        postgres.stop()
