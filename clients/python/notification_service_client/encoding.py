"""From JSON to the models and back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
FROM_TEXT: dict[Any, Callable[[str], Any]] = {datetime: datetime.fromisoformat, time: time.fromisoformat}


def read(kind: type[T], value: Any) -> T:
    """Raises KeyError, TypeError or ValueError if the value is not of this kind."""
    return cast(T, _read(kind, value))


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) is UnionType:
        return None if value is None else _read(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in value)
    if kind in FROM_TEXT:
        return FROM_TEXT[kind](value)
    return _read_model(kind, value) if is_dataclass(kind) else value


def _read_model(kind: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    given: dict[str, Any] = {}
    for field in fields(kind):
        name = json_name(field.name)
        if name in value:
            given[field.name] = _read(hints[field.name], value[name])
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def json_name(field: str) -> str:
    return field.removesuffix("_")  # `from_`


def write(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {json_name(field.name): write(each) for field, each in pairs if each != field.default}
    if isinstance(value, Mapping):
        return {name: write(each) for name, each in value.items()}
    if isinstance(value, list):
        return [write(each) for each in value]
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ValueError(f"{value!r} has no time zone: datetime(…, tzinfo=ZoneInfo('Europe/Moscow'))")
    return value.isoformat() if isinstance(value, datetime | time) else value
