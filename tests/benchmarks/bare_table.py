"""A table like one of the product's, with as much of it as is asked for: what rows cost PostgreSQL itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

NAME = "bare"
PRIMARY_KEY = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'
"""


@contextmanager
def bare_table(like: str, *, including: str = "") -> Iterator[CursorWrapper]:
    """Its columns, primary key and whatever is named `including`; no trigger, no check."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {NAME} (LIKE {like} INCLUDING DEFAULTS INCLUDING GENERATED {including})"
        )
        if "INDEXES" not in including:
            cursor.execute(PRIMARY_KEY, [like])
            found = cursor.fetchall()  # none where the table is partitioned: each partition has its own
            cursor.execute(f"ALTER TABLE {NAME} ADD {found[0][0] if found else 'PRIMARY KEY (id)'}")
        cursor.execute("CHECKPOINT")  # else the one before this pays for what was written before
        try:
            yield cursor
        finally:
            cursor.execute(f"DROP TABLE {NAME}")


def rows_per_second(rows: int, *, since: float) -> float:
    return rows / (time.perf_counter() - since)
