"""Imported by the storm's workers alone: writes down when each request starts, and in which process.

The gateway sees only when a request arrives. A worker that is stopped in between starts it in time and
has it arrive late; rules 3, 4 and 10 speak of the start. That is the moment by which the worker judged that
the request may start: it may be stopped between any two instructions after that.
"""

import os
import time

from notification_service.delivery.gateways.probe_server import ProbeServerGateway
from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.outcome import MayStart, NoResponse, Response, always
from notification_service.delivery.send import Sender
from notification_service.delivery.steady import steady_seconds
from tests.chaos.weather import STARTS_VARIABLE

_send = ProbeServerGateway.send
_may_start = Sender._may_start
_judged: dict[int, float] = {}
# One write a line: a process that is killed leaves all that it has started, and none is torn.
_ahead = float(os.environ.get("CLOCK_OFFSET", "0"))
_file = os.open(os.environ[STARTS_VARIABLE], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _noted(self: Sender, message: Claimed, terms: MailingTerms, *, now: float) -> bool:
    _judged[message.id] = time.time() - (steady_seconds() - now)
    return _may_start(self, message, terms, now=now)


async def _witnessed(
    self: ProbeServerGateway,
    *,
    message_id: int,
    phone: str,
    text: str,
    traceparent: str = "",
    may_start: MayStart = always,
) -> Response | NoResponse:
    start = _judged.pop(message_id, time.time()) - _ahead
    os.write(_file, f"{message_id} {start:.6f} {os.getpid()}\n".encode())
    return await _send(
        self, message_id=message_id, phone=phone, text=text, traceparent=traceparent, may_start=may_start
    )


Sender._may_start = _noted  # type: ignore[method-assign]
ProbeServerGateway.send = _witnessed  # type: ignore[method-assign]
