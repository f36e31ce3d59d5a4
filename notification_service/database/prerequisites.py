"""What the service needs of PostgreSQL: checked by `migrate`, by a starting worker and by `/health/ready`.

One more cannot be checked: a pooler must keep a worker in the same session from statement to statement.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LEAST_VERSION = 16
MOST_CLOCK_SECONDS = 60.0
ZONE = "Europe/Moscow"

FACTS = """
SELECT current_setting('server_version_num')::int / 10000,
  current_setting('server_encoding'),
  current_setting('default_transaction_isolation'),
  has_database_privilege(current_database(), 'TEMPORARY'),
  (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class
   WHERE relkind IN ('r', 'p') AND NOT relispartition
     AND relnamespace = current_schema()::regnamespace AND relname ~ %(ours)s
     AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))),
  EXISTS (SELECT FROM pg_timezone_names WHERE name = %(zone)s),
  extract(epoch FROM clock_timestamp())::float8
"""
FOLDS_CASE = "SELECT lower('Ж') = 'ж'"
OURS = "^(access|api|audit|console|directory|mailings|reports)_"


@dataclass(frozen=True, slots=True)
class Unmet:
    id: str
    sentence: str
    hint: str

    @property
    def is_vital(self) -> bool:
        return ".E" in self.id


def unmet(connection: Any) -> list[Unmet]:
    """Return what is missing. Raises DatabaseError while the database is away."""
    return list(_unmet(connection))


def vital(connection: Any) -> list[Unmet]:
    return [each for each in _unmet(connection) if each.is_vital]


def _unmet(connection: Any) -> Iterator[Unmet]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"ours": OURS, "zone": ZONE})
        version, encoding, isolation, may_have_temporary, closed, has_zones, now = cursor.fetchone()
        here = time.time()
        if version < LEAST_VERSION:
            hint = f"Use PostgreSQL {LEAST_VERSION} or newer."
            yield Unmet("database.E001", f"The database is PostgreSQL {version}.", hint)
        if encoding != "UTF8":
            hint = "Make a new one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
            yield Unmet("database.E002", f"The database's encoding is {encoding}, not UTF8.", hint)
            return  # its letters cannot be checked then
        if isolation != "read committed":
            hint = "Leave default_transaction_isolation of the role and the database as it is."
            yield Unmet("database.E003", f"Transactions are {isolation}, not read committed.", hint)
        if not may_have_temporary:
            hint = "GRANT TEMPORARY ON DATABASE … TO …: imports need it."
            yield Unmet("database.E004", "The role may not make temporary tables.", hint)
        if closed:
            hint = "See deploy/postgresql/roles.sql."
            yield Unmet("database.E005", f"The role may not read or write {closed}.", hint)
        if not has_zones:
            hint = "Give the server its time zone files (tzdata)."
            yield Unmet("database.E006", f"The database knows no time zone {ZONE}.", hint)
        yield from _tolerable(cursor, seconds_apart=abs(now - here))


def _tolerable(cursor: Any, *, seconds_apart: float) -> Iterator[Unmet]:
    cursor.execute(FOLDS_CASE)
    if not cursor.fetchone()[0]:
        hint = "Make the database with a locale that knows them, such as builtin C.UTF-8."
        yield Unmet("database.W001", "Searches tell Cyrillic capitals from small letters.", hint)
    if seconds_apart > MOST_CLOCK_SECONDS:
        hint = "Messages go by the database's clock, logins and logs by this machine's: set them both."
        yield Unmet("database.W002", f"The database's clock is {seconds_apart:.0f} s from ours.", hint)
