"""Rows of a list as tuples, as psycopg reads them: the ORM converts each row's JSON, one by one."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import BaseIterable
from django.db.models.sql.constants import MULTI


class _AsStored(BaseIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        queryset: Any = self.queryset
        compiler = queryset.query.get_compiler(queryset.db)
        return chain.from_iterable(compiler.execute_sql(MULTI, chunked_fetch=self.chunked_fetch))


def as_stored(rows: QuerySet[Any], *columns: str) -> QuerySet[Any]:
    """Return the rows as tuples of these columns. JSON is text."""
    stored = rows.values_list(*columns)
    stored._iterable_class = _AsStored
    return stored
