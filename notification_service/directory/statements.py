"""SQL that is kept one statement a file, and run by the file's name."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection


class Statements:
    """The files of a folder. Parameters are named; a head of comments says what the statement guarantees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.text = cache(self._read)

    def execute(self, name: str, /, **parameters: Any) -> int:
        """The number of rows that it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(self.text(name), parameters)
            return int(cursor.rowcount)

    def rows(self, name: str, /, **parameters: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text(name), parameters)
            return list(cursor.fetchall())

    def row(self, name: str, /, **parameters: Any) -> tuple[Any, ...]:
        """Of a statement that gives one row, whatever there is."""
        (row,) = self.rows(name, **parameters)
        return row

    def frozen(self, name: str, *, digest: str) -> str:
        """The text for a migration, which goes on doing what it did.

        Raises ValueError where the file is no longer the one of this SHA-256 (its first 16 digits): then the
        migration takes a copy of the text as it was, and a new migration brings the new one.
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
