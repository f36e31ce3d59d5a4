"""Indexes that migrations build while the service runs. An interrupted build can be repeated."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.models import Index

IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
PARTITIONS = """
SELECT inhrelid::regclass::text FROM pg_inherits
WHERE inhparent = to_regclass(%s) ORDER BY 1
"""


class UniqueIndex(Index):
    """A unique index that can be made beside work: Django's constraints lock the table."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        statement = super().create_sql(model, schema_editor, using, **kwargs)
        statement.template = statement.template.replace("CREATE INDEX", "CREATE UNIQUE INDEX", 1)
        return statement


class AddIndexBesideWork(AddIndexConcurrently):
    """An interrupted build leaves an invalid index, on which Django's own operation always fails.

    On a table with partitions PostgreSQL builds none concurrently: each partition gets its own, and then the
    index of the whole is made of them at once.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        name = schema_editor.quote_name(self.index.name)
        if not schema_editor.collect_sql and _is_valid(schema_editor, name):
            return  # it was built, but the migration was interrupted before it was recorded
        model = to_state.apps.get_model(app_label, self.model_name)
        partitions = [] if schema_editor.collect_sql else _partitions(schema_editor, model._meta.db_table)
        if not partitions:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        self._ensure_not_in_transaction(schema_editor)
        for partition in partitions:
            self._build_part(schema_editor, model, partition)
        schema_editor.add_index(model, self.index)

    def _build_part(self, schema_editor: Any, model: Any, partition: str) -> None:
        table = model._meta.db_table
        whole, part = (f'"{self.index.name}{end}" ON "{table}{end}"' for end in ("", partition[len(table) :]))
        name = part.partition(" ON ")[0]
        if _is_valid(schema_editor, name):
            return
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        statement = str(self.index.create_sql(model, schema_editor, concurrently=True))
        schema_editor.execute(statement.replace(whole, part))


def _partitions(schema_editor: Any, table: str) -> list[str]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [table])
        return [name for (name,) in cursor.fetchall()]


def _is_valid(schema_editor: Any, name: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(IS_VALID, [name])
        return bool(cursor.fetchone() == (True,))
