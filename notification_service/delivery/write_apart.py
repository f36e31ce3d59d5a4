"""Finds the rows that PostgreSQL refuses, and writes all others."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg import DatabaseError, ProgrammingError

# The driver itself refuses text that is no UTF-8, and times out of range.
OF_A_ROW = (DatabaseError, ValueError, OverflowError)
OF_ALL_ROWS = (ProgrammingError,)
MOST_STATEMENTS = 64  # at a time: where each row is refused, nothing comes of more

Row = TypeVar("Row")


async def write_apart(
    rows: list[Row], write: Callable[[list[Row]], Awaitable[None]]
) -> tuple[list[tuple[Row, Exception]], list[Row]]:
    """Write the rows, in halves of what is refused; return those that are refused, and those not tried alone.

    Raises errors that are not due to a single row.
    """
    refused: list[tuple[Row, Exception]] = []
    parts = deque([rows] if rows else [])
    for _ in range(MOST_STATEMENTS):
        if not parts:
            break
        part = parts.popleft()
        try:
            await write(part)
        except OF_ALL_ROWS:
            raise
        except OF_A_ROW as error:
            if len(part) == 1:
                refused.append((part[0], error))
            else:
                half = len(part) // 2
                parts += [part[:half], part[half:]]
    return refused, [row for part in parts for row in part]
