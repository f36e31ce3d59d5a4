"""Django's `migrate`, which can be repeated wherever it was interrupted."""

from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class Executor(MigrationExecutor):
    def apply_migration(self, state: Any, migration: Any, *arguments: Any, **options: Any) -> Any:
        """Apply it and record it in one transaction.

        Django records it in another one if the migration leaves something for its end. If it was
        interrupted between the two, it would try to make what is there already.
        """
        if not migration.atomic:
            return super().apply_migration(state, migration, *arguments, **options)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, *arguments, **options)


migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]  # the command takes no other


class Command(migrate.Command):
    pass
