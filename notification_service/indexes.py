"""Indexes that migrations build beside the work: what was broken off can be repeated."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently

IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class AddIndexBesideWork(AddIndexConcurrently):
    """Where a build was broken off, PostgreSQL leaves an invalid index, and Django's own fails for ever."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        name = schema_editor.quote_name(self.index.name)
        if not schema_editor.collect_sql and _is_valid(schema_editor, name):
            return  # built, and broken off before it was written down
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def _is_valid(schema_editor: Any, name: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(IS_VALID, [name])
        return bool(cursor.fetchone() == (True,))
