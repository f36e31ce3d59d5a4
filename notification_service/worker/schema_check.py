"""Whether the database has what this version needs. What a later version added does not matter."""

import time

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from notification_service.database.prerequisites import vital

WAIT_SECONDS = 0.5

log = structlog.get_logger(__name__)


def missing_migrations() -> list[str]:
    """Raises DatabaseError while the database is away."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def wait_until_migrated() -> None:
    """Without this wait, a worker would claim messages that it cannot send."""
    while (reason := _reason_to_wait()) is not None:
        log.warning("waiting for migrations", reason=reason)
        connection.close()
        time.sleep(WAIT_SECONDS)


def _reason_to_wait() -> str | None:
    try:
        if lacking := vital(connection):
            return f"{lacking[0].sentence} {lacking[0].hint}"
        missing = missing_migrations()
    except DatabaseError as error:
        return str(error).strip()
    return f"missing: {', '.join(missing)}" if missing else None
