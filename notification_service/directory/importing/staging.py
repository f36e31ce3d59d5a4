"""Rows into the clients' table: COPY into a temporary one, then one INSERT and one UPDATE.

Both write in the order of phones, and an import waits for another's new clients before it locks present
ones, so that imports of the same phones never wait for each other in a circle.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from notification_service.directory.importing.chunk import Chunk
from notification_service.directory.importing.report import ImportResult
from notification_service.directory.importing.rows import ClientRow
from notification_service.mailings.client_changes import make_waiting_due

# Made by each transaction that finds none: a pooler may give every transaction another session.
CREATE = """
CREATE TEMP TABLE IF NOT EXISTS client_import (
  phone varchar(11), operator_code varchar(3), tag varchar(255), timezone varchar(64), attributes jsonb
) ON COMMIT DELETE ROWS
"""

COPY = "COPY pg_temp.client_import (phone, operator_code, tag, timezone, attributes) FROM STDIN"

INSERT_NEW = """
INSERT INTO directory_client (phone, operator_code, tag, timezone, attributes, created_at, updated_at)
SELECT phone, coalesce(operator_code, substr(phone, 2, 3)), coalesce(tag, ''), timezone,
  coalesce(attributes, '{}'), now(), now()
FROM pg_temp.client_import AS line
WHERE NOT EXISTS (SELECT FROM directory_client AS client WHERE client.phone = line.phone)
ORDER BY phone COLLATE "C"
ON CONFLICT (phone) DO NOTHING
"""

# A line's NULL keeps what the client has: at the time of the lock, not of the snapshot.
UPDATE_CHANGED = """
WITH changed AS MATERIALIZED (
  SELECT client.id, client.timezone <> line.timezone AS moved,
    line.operator_code, line.tag, line.timezone, line.attributes
  FROM pg_temp.client_import AS line JOIN directory_client AS client ON client.phone = line.phone
  WHERE client.timezone <> line.timezone OR client.operator_code <> line.operator_code
    OR client.tag <> line.tag OR client.attributes <> line.attributes
  ORDER BY client.phone COLLATE "C" FOR NO KEY UPDATE OF client
)
UPDATE directory_client AS client SET
  operator_code = coalesce(changed.operator_code, client.operator_code),
  tag = coalesce(changed.tag, client.tag),
  timezone = changed.timezone,
  attributes = coalesce(changed.attributes, client.attributes),
  updated_at = now()
FROM changed WHERE client.id = changed.id
RETURNING client.id, changed.moved
"""


@transaction.atomic
def write_chunk(chunk: Chunk) -> ImportResult:
    """Create and change the chunk's clients, all or none; answer how many of each."""
    counts = ImportResult(unchanged=chunk.repeated)
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        for layer in chunk.layers:
            _write_layer(cursor, layer.values(), counts)
    return counts


def _write_layer(cursor: CursorWrapper, rows: Iterable[ClientRow], counts: ImportResult) -> None:
    cursor.execute("TRUNCATE pg_temp.client_import")
    with connection.wrap_database_errors, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)
    staged = cursor.rowcount
    cursor.execute(INSERT_NEW)
    created = cursor.rowcount
    updated = _update_changed(cursor) if created < staged else 0
    counts.created += created
    counts.updated += updated
    counts.unchanged += staged - created - updated


def _update_changed(cursor: CursorWrapper) -> int:
    cursor.execute(UPDATE_CHANGED)
    changed = cursor.fetchall()
    if moved := [client_id for client_id, zone_changed in changed if zone_changed]:
        make_waiting_due(moved)
    return len(changed)
