"""The prerequisites as Django system checks, which `migrate` runs first."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections

from notification_service.database.prerequisites import Unmet, unmet


@checks.register(checks.Tags.database)
def check_prerequisites(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    return [message for alias in databases or () for message in _messages(alias)]


def _messages(alias: str) -> list[checks.CheckMessage]:
    try:
        return [_message(each) for each in unmet(connections[alias])]
    except DatabaseError:
        return []  # the command that needs the database will say that it is away


def _message(each: Unmet) -> checks.CheckMessage:
    kind = checks.Error if each.is_vital else checks.Warning
    return kind(each.sentence, hint=each.hint, id=each.id)
