"""Django's cache in the database treats a failed write as a key that exists already.

With a read-only database, a login would be refused as one too many.
"""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connection

from notification_service.database.faults import fault_of


class HonestCache(DatabaseCache):
    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        faults = _Faults()
        with connection.execute_wrapper(faults):
            is_set: bool = super()._base_set(mode, key, value, timeout)  # type: ignore[misc]
        if faults.last is not None:
            raise faults.last
        return is_set


class _Faults:
    last: Exception | None = None

    def __call__(self, execute: Any, *statement: Any) -> Any:
        try:
            return execute(*statement)
        except DatabaseError as error:
            if fault_of(error):
                self.last = error
            raise
