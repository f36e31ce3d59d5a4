"""The only writer of the audit log. A function that changes something calls it in the same transaction."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django.db.models import Model

from notification_service.audit.actions import Action
from notification_service.audit.models import Entry
from notification_service.audit.origin import NAME_LENGTH, current_origin
from notification_service.database.new_rows import ID_OF_NEW_ROW, NO_CALL, Call, insert
from notification_service.observability import logs

MOST_VALUES = 50
MOST_CHARACTERS = 2_000

Changes = Mapping[str, tuple[Any, Any]]


def record(action: Action, **about: Any) -> None:
    """Write an entry, which is kept or lost with the transaction around it. See `entry`."""
    insert(entry(action, **about))


def record_new(row: Model, action: Action, *, call: Call = NO_CALL, **about: Any) -> None:
    """Save a new row and write the entry about it, in one statement. See `insert` and `entry`."""
    insert(row, beside=entry(action, object_id=ID_OF_NEW_ROW, **about), call=call)


def record_all(entries: Iterable[Entry]) -> None:
    Entry.objects.bulk_create(entries)


def entry(
    action: Action,
    *,
    object_id: int | None = None,
    object_name: str = "",
    changes: Changes | None = None,
    **facts: Any,
) -> Entry:
    """`changes` are (before, after) by field. Phones are masked wherever they are; pass no secrets."""
    return Entry(
        action=action,
        object_kind=action.partition(".")[0],
        object_id=object_id,
        object_name=plain(object_name)[:NAME_LENGTH],
        changes={field: [plain(before), plain(after)] for field, (before, after) in (changes or {}).items()},
        facts={name: plain(value) for name, value in facts.items() if value not in (None, "")},
        **current_origin().columns,
    )


def plain(value: Any) -> Any:
    """Return it as JSON, of a limited size and without whole phones."""
    match value:
        case None | bool() | int() | float():
            return value
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case list() | tuple():
            return _listed(list(value))
        case set():
            return _listed(sorted(value, key=str))
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case Model():
            return plain(str(value))
    # A name from the command line may have bytes that are not text.
    text = str(value).replace("\0", "").encode(errors="backslashreplace").decode()
    return logs.mask_phones(None, "", text)[:MOST_CHARACTERS]


def _listed(values: list[Any]) -> list[Any]:
    more = len(values) - MOST_VALUES
    return [plain(each) for each in values[:MOST_VALUES]] + ([f"… {more} more"] if more > 0 else [])
