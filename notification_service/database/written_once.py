"""Statements of one row that the ORM writes once: writing one takes longer than PostgreSQL takes to run it.

The ORM decides what is read and makes the object, so that no second place knows the fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

AnyModel = TypeVar("AnyModel", bound=Model)
Converters = Sequence[tuple[int, Sequence[Any], Any]]

STAND_IN = 2**62 - 57  # of the id, while the statement is written


class RowById(Generic[AnyModel]):
    """`rows` are those that can be found. The statement is written when the first one is looked for."""

    def __init__(self, rows: Callable[[], QuerySet[AnyModel]]) -> None:
        self._rows = rows

    @cached_property
    def _statement(self) -> "_Statement":
        return _written(self._rows().filter(pk=STAND_IN))

    def get(self, pk: int) -> AnyModel:
        """Raises DoesNotExist of the model."""
        row = self._statement.one([pk if value == STAND_IN else value for value in self._statement.params])
        if row is None:
            raise self._rows().model.DoesNotExist  # type: ignore[attr-defined]  # each model has its own
        return row  # type: ignore[no-any-return]


class FirstRow(Generic[AnyModel]):
    """The row with the lowest id, if there is one."""

    def __init__(self, rows: Callable[[], QuerySet[AnyModel]]) -> None:
        self._rows = rows

    @cached_property
    def _statement(self) -> "_Statement":
        return _written(self._rows().order_by("pk")[:1])

    def get(self) -> AnyModel | None:
        return self._statement.one(self._statement.params)  # type: ignore[no-any-return]


class RowsAsStored:
    """Rows as `as_stored` has them. `rows` is called with a stand-in for each of its parameters."""

    def __init__(self, rows: Callable[..., QuerySet[Any]], **stand_ins: int) -> None:
        self._rows, self._stand_ins = rows, stand_ins

    @cached_property
    def _written(self) -> tuple[str, Sequence[Any]]:
        query: Any = self._rows(**self._stand_ins).query
        sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return sql, params

    def get(self, **values: int) -> list[tuple[Any, ...]]:
        sql, params = self._written
        meant = {stand_in: values[name] for name, stand_in in self._stand_ins.items()}
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, [meant.get(value, value) for value in params])
            return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class _Statement:
    """What the ORM's compiler knows once it has written a query; see Django's ModelIterable."""

    database: str
    sql: str
    params: Sequence[Any]
    model: type[Model]
    names: Sequence[str]  # of the model's own columns, which begin at `start`
    start: int
    converters: Converters
    related: Sequence[Any]
    annotated: Sequence[tuple[str, int]]

    def one(self, params: Sequence[Any]) -> Any:
        connection = connections[self.database]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchone()
        if found is None:
            return None
        return self._as_object(converted(found, self.converters, connection))

    def _as_object(self, row: list[Any]) -> Any:
        own = row[self.start : self.start + len(self.names)]
        made: Any = self.model.from_db(self.database, self.names, own)
        for each in self.related:
            each.populate(row, made)
        for name, place in self.annotated:
            setattr(made, name, row[place])
        return made


def _written(rows: QuerySet[Any]) -> _Statement:
    compiler: Any = rows.query.get_compiler(rows.db)
    sql, params = compiler.as_sql()
    info, select = compiler.klass_info, compiler.select
    fields = info["select_fields"]
    return _Statement(
        database=rows.db,
        sql=sql,
        params=params,
        model=info["model"],
        names=[select[place][0].target.attname for place in fields],
        start=fields[0],
        converters=converters_of(compiler, [expression for expression, *_ in select]),
        related=get_related_populators(info, select, rows.db),  # type: ignore[call-arg]  # of a later Django
        annotated=list((compiler.annotation_col_map or {}).items()),
    )


def converters_of(compiler: Any, columns: Sequence[Any]) -> Converters:
    found = compiler.get_converters(columns)
    return [(place, convert, expression) for place, (convert, expression) in found.items()]


def converted(found: Sequence[Any], converters: Converters, connection: Any) -> list[Any]:
    row = list(found)
    for place, convert, expression in converters:
        for each in convert:
            row[place] = each(row[place], expression, connection)
    return row
