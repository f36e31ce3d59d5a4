"""SQL with one statement in each file, run by the file's name."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection


class Statements:
    """The files of a folder. Parameters are named; the first comment says what the statement guarantees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.text = cache(self._read)

    def execute(self, name: str, /, **parameters: Any) -> int:
        """Return the number of rows that it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(self.text(name), parameters)
            return int(cursor.rowcount)

    def rows(self, name: str, /, **parameters: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text(name), parameters)
            return list(cursor.fetchall())

    def row(self, name: str, /, **parameters: Any) -> tuple[Any, ...]:
        """For a statement that always returns one row."""
        (row,) = self.rows(name, **parameters)
        return row

    def frozen(self, name: str, *, digest: str) -> str:
        """Return the text for a migration, which must always do what it did at first.

        Raises ValueError if the file's SHA-256 (its first 16 digits) is another: then the migration needs a
        copy of the old text, and a new migration runs the new one.
        """
        text = self.text(name)
        present = sha256(text.encode()).hexdigest()[:16]
        if present != digest:
            raise ValueError(
                f"{name}.sql is {present} and no longer {digest}: see docs/decisions/0028-sql-in-files.md"
            )
        return text

    def _read(self, name: str) -> str:
        return (self._folder / f"{name}.sql").read_text()
