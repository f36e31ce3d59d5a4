"""Who acts, and from where. A request or a command says it once; without either, it is the service itself."""

import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Origin:
    """The fields of an entry that are not about what was done."""

    actor_kind: str
    actor_id: int | None = None
    actor_name: str = ""
    address: str | None = None
    source: str = ""
    request_id: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def of_service() -> Origin:
    return Origin("worker", source=f"{socket.gethostname()}:{os.getpid()}"[:NAME_LENGTH])


def of_command(name: str) -> Origin:
    return Origin("command", actor_name=_system_user(), source=f"manage.py {name} on {socket.gethostname()}")


# Called when an entry is written: when a request begins, it is not yet known whose it is.
_current: ContextVar[Callable[[], Origin]] = ContextVar("audit_origin", default=of_service)


def current_origin() -> Origin:
    return _current.get()()


@contextmanager
def acting(origin: Callable[[], Origin]) -> Iterator[None]:
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return str(os.getuid())
