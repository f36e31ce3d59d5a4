"""For a person at a terminal: one line, instead of a traceback, if the database cannot be used."""

from django.db import DatabaseError, InterfaceError, OperationalError

NOT_MIGRATED = {"42P01", "42703"}  # no such table, no such column


def explained(error: DatabaseError) -> str | None:
    """Return None if the fault is more likely ours than the server's."""
    if getattr(error.__cause__, "sqlstate", None) in NOT_MIGRATED:
        return "the database lacks what this version needs: run `manage.py migrate`"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database cannot be used: {' '.join(str(error).split())}"
    return None
