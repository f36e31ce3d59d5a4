"""Writes rows into the table of clients: COPY into a temporary table, then one INSERT and one UPDATE.

Both write in the order of phones, and an import waits for another's new clients before it locks existing
ones, so that imports of the same phones never wait for each other in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from notification_service.directory.importing.choices import TagMode
from notification_service.directory.importing.chunk import Chunk
from notification_service.directory.importing.report import ImportResult
from notification_service.directory.importing.rows import COLUMNS, ClientRow
from notification_service.directory.rules import MOST_TAGS, OPERATOR_CODE_DIGITS
from notification_service.directory.sql import sql

COPY = f"COPY pg_temp.client_import ({', '.join(COLUMNS)}) FROM STDIN"
OPERATOR_CODE = {
    "code_from": OPERATOR_CODE_DIGITS.start + 1,
    "code_length": OPERATOR_CODE_DIGITS.stop - OPERATOR_CODE_DIGITS.start,
}


@dataclass(slots=True)
class StagedChunk:
    """`moved` are the ids of the clients whose time zone changed.

    `overfull` are the rows that would give a client too many tags, each by its layer and phone.
    """

    counts: ImportResult
    moved: list[int] = field(default_factory=list)
    overfull: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def write_chunk(
    chunk: Chunk, *, merged_attributes: Sequence[str] = (), tag_mode: TagMode = TagMode.REPLACE
) -> StagedChunk:
    """Create and change the chunk's clients, all or none, but for rows that are `overfull`.

    Rows replace all attributes of a client; if `merged_attributes` has names, only these.
    """
    written = StagedChunk(ImportResult(unchanged=chunk.repeated))
    options = {
        "merged": list(merged_attributes),
        "adds_tags": tag_mode == TagMode.ADD,
        "most_tags": MOST_TAGS,
    }
    sql.execute("create_import_table")
    for depth, layer in enumerate(chunk.layers):
        _write_layer(depth, layer.values(), written, options)
    return written


def _write_layer(
    depth: int, rows: Iterable[ClientRow], written: StagedChunk, options: Mapping[str, Any]
) -> None:
    staged = _stage(rows)
    created = sql.execute("insert_new_clients", **OPERATOR_CODE)
    found = sql.rows("update_changed_clients", **options) if created < staged else []
    overfull = [(depth, phone) for _client_id, _has_moved, phone in found if phone]
    written.overfull += overfull
    written.moved += [client_id for client_id, has_moved, phone in found if has_moved and not phone]
    written.counts.created += created
    written.counts.updated += len(found) - len(overfull)
    written.counts.unchanged += staged - created - len(found)


def _stage(rows: Iterable[ClientRow]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pg_temp.client_import")
        with connection.wrap_database_errors, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)
