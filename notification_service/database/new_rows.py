"""Inserts of single rows that the ORM writes once: see `written_once`.

What must be written with a row goes into the same statement, so that it needs no transaction of its own.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import BooleanField, CharField, Field, Model, TextField
from django.db.models.expressions import RawSQL
from django.db.models.sql import InsertQuery

from notification_service.database.written_once import Converters, converted, converters_of

ID_OF_NEW_ROW: Any = RawSQL("SELECT id FROM made", ())  # for a row beside it
MOST_STATEMENTS = 1000
PLAIN: dict[type, type] = {CharField: str, TextField: str, BooleanField: bool}

Call = tuple[str, Sequence[Any]]  # an expression and its parameters
NO_CALL: Call = ("NULL", ())


@dataclass(frozen=True, slots=True)
class _Insert:
    sql: str
    names: Sequence[str]
    converters: Converters


# By the models, and by what of their columns is no parameter.
_statements: dict[tuple[Any, ...], _Insert] = {}


def insert(row: Model, *, beside: Model | None = None, call: Call = NO_CALL) -> None:
    """Save a new row, whose object then has what the database made of it, by defaults and by triggers.

    In the same statement `beside` is saved, which can have ID_OF_NEW_ROW, and `call` is called.
    Like `save(force_insert=True)`, for models without parents. No signal is sent.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    rows = (row,) if beside is None else (row, beside)
    key: list[Any] = [call[0]]
    params: list[Any] = []
    for each in rows:
        _prepare(each, connection, key, params)
    statement = _statement((*key, *map(type, rows)), row, beside, call[0])
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, (*params, *call[1]))
        *made, _ = cursor.fetchone()
    row.__dict__.update(zip(statement.names, converted(made, statement.converters, connection), strict=True))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def savepoint_within_transaction() -> AbstractContextManager[None]:
    """For one statement that may fail: only a transaction that may go on after that needs more."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _prepare(row: Model, connection: Any, key: list[Any], params: list[Any]) -> None:
    """Add a parameter for each column, as the ORM prepares it. None and expressions go into the statement."""
    kept = row.__dict__
    for name, field, plain, is_made_now in _columns(type(row)):
        value = field.pre_save(row, add=True) if is_made_now else kept[name]
        if type(value) is not plain:
            value = field.get_db_prep_save(value, connection)
            if value is None or hasattr(value, "as_sql"):
                key.append(type(value))
                continue
        key.append(None)
        params.append(value)


@cache
def _columns(model: type[Model]) -> Sequence[tuple[str, Any, type | None, bool]]:
    """Return each field with the type whose values it takes as they are; whether it makes its value now."""
    return [
        (field.attname, field, PLAIN.get(type(field)), type(field).pre_save is not Field.pre_save)
        for field in _inserted(model)
    ]


def _inserted(model: type[Model]) -> Sequence[Any]:
    fields = model._meta.concrete_fields
    return [field for field in fields if not field.generated and field is not model._meta.auto_field]


def _statement(key: tuple[Any, ...], row: Model, beside: Model | None, call: str) -> _Insert:
    known = _statements.get(key)
    if known is None:
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        known = _statements[key] = _written(row, beside, call)
    return known


def _written(row: Model, beside: Model | None, call: str) -> _Insert:
    compiler = _compiler(row)
    compiler.returning_fields = returned = row._meta.concrete_fields
    parts = [f"made AS ({_sql(compiler)})"]
    if beside is not None:
        parts.append(f"beside AS ({_sql(_compiler(beside))})")
    columns = [field.get_col(row._meta.db_table) for field in returned]
    return _Insert(
        sql=f"WITH {', '.join(parts)} SELECT made.*, {call} FROM made",  # noqa: S608 (all of it is ours)
        names=[field.attname for field in returned],
        converters=converters_of(compiler, columns),
    )


def _compiler(row: Model) -> Any:
    query: Any = InsertQuery(type(row))
    query.insert_values(_inserted(type(row)), [row])
    return query.get_compiler(DEFAULT_DB_ALIAS)


def _sql(compiler: Any) -> str:
    ((sql, params),) = compiler.as_sql()
    first, *others = sql.split("%s")
    written = ("NULL" if param is None else "%s" for param in params)
    return str(first) + "".join(f"{param}{text}" for param, text in zip(written, others, strict=True))
