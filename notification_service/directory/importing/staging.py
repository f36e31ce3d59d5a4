"""Rows into the clients' table: COPY into a temporary one, then one INSERT and one UPDATE.

Both write in the order of phones, and an import waits for another's new clients before it locks present
ones, so that imports of the same phones never wait for each other in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection, transaction

from notification_service.directory.importing.chunk import Chunk
from notification_service.directory.importing.report import ImportResult
from notification_service.directory.importing.rows import COLUMNS, ClientRow
from notification_service.directory.rules import OPERATOR_CODE_DIGITS
from notification_service.directory.sql import sql

COPY = f"COPY pg_temp.client_import ({', '.join(COLUMNS)}) FROM STDIN"
OPERATOR_CODE = {
    "code_from": OPERATOR_CODE_DIGITS.start + 1,
    "code_length": OPERATOR_CODE_DIGITS.stop - OPERATOR_CODE_DIGITS.start,
}


@dataclass(slots=True)
class Written:
    """`moved` are the ids of the clients whose time zone changed."""

    counts: ImportResult
    moved: list[int] = field(default_factory=list)


@transaction.atomic
def write_chunk(chunk: Chunk) -> Written:
    """Create and change the chunk's clients, all or none."""
    written = Written(ImportResult(unchanged=chunk.repeated))
    sql.execute("create_import_table")
    for layer in chunk.layers:
        _write_layer(layer.values(), written)
    return written


def _write_layer(rows: Iterable[ClientRow], written: Written) -> None:
    staged = _stage(rows)
    created = sql.execute("insert_new_clients", **OPERATOR_CODE)
    changed = sql.rows("update_changed_clients") if created < staged else []
    written.moved += [client_id for client_id, has_moved in changed if has_moved]
    written.counts.created += created
    written.counts.updated += len(changed)
    written.counts.unchanged += staged - created - len(changed)


def _stage(rows: Iterable[ClientRow]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pg_temp.client_import")
        with connection.wrap_database_errors, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)
