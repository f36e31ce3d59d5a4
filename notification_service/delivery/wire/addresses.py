"""A gateway's addresses, looked up in the background. While a look-up fails, the last good ones are kept."""

import asyncio
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from notification_service.delivery.wire.settings import Address
from notification_service.mailings.reasons import Reason

FRESH_SECONDS = 60.0  # after which a name is looked up again, while the known addresses are used
RETRY_SECONDS = 1.0  # after a look-up that failed

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]  # of socket.getaddrinfo


class NotResolved(OSError):  # noqa: N818
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Addresses:
    """The addresses of one name, on one event loop."""

    def __init__(self, host: str, port: int, *, is_allowed: Callable[[Address], bool] | None) -> None:
        self._host, self._port, self._is_allowed = host, port, is_allowed
        self._known: list[AddressInfo] = []
        self._look_again_at = 0.0
        self._look_up: asyncio.Task[None] | None = None
        self._failure = Reason.NAME_NOT_RESOLVED

    async def get(self) -> list[AddressInfo]:
        """Return at least one. Raises NotResolved."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._look_again_at and self._look_up is None:
            self._look_up = loop.create_task(self._refresh())
        if not self._known and self._look_up is not None:
            await asyncio.shield(self._look_up)
        if not self._known:
            raise NotResolved(self._failure)
        return self._known

    def close(self) -> None:
        if self._look_up:
            self._look_up.cancel()

    async def _refresh(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await _getaddrinfo(self._host, self._port)
            allowed = [info for info in found if self._may_be_asked(info)]
            self._failure = Reason.ADDRESS_NOT_ALLOWED  # unless some are
            self._known = allowed
            self._look_again_at = loop.time() + (FRESH_SECONDS if allowed else RETRY_SECONDS)
        except (OSError, UnicodeError):
            self._failure = Reason.NAME_NOT_RESOLVED
            self._look_again_at = loop.time() + RETRY_SECONDS
        finally:
            self._look_up = None

    def _may_be_asked(self, info: AddressInfo) -> bool:
        return self._is_allowed is None or self._is_allowed(ip_address(str(info[4][0]).partition("%")[0]))


async def _getaddrinfo(host: str, port: int) -> list[AddressInfo]:
    """Run on its own thread: if it hangs, it delays neither other names nor the end of the process."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[list[AddressInfo]] = loop.create_future()

    def deliver(found: list[AddressInfo] | Exception) -> None:
        if result.done():
            return
        if isinstance(found, Exception):
            result.set_exception(found)
        else:
            result.set_result(found)

    def look_up() -> None:
        found: list[AddressInfo] | Exception
        try:
            found = [(*info[:4], info[4]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            found = error
        try:
            loop.call_soon_threadsafe(deliver, found)
        except RuntimeError:  # the loop was closed meanwhile
            return

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return await result
