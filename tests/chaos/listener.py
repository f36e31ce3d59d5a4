"""The system that webhooks tell of everything. In the storm it is away, refuses, hangs, asks for patience."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from standardwebhooks import WebhookVerificationError

from tests.ports import free_port
from tests.webhooks.receiver import Answer, Received, ok, receiver, status

HANG_SECONDS = 20.0  # at most: it lets go when its manners change
AWAY, HANG, WELL = "away", "hang", "well"
ANSWERS: dict[str, Callable[[Received], Answer]] = {
    "500": status(500),
    "302": status(302, Location="/elsewhere"),
    "busy": status(503, Retry_After="1"),
    WELL: ok,
}


@dataclass(slots=True)
class Listener:
    """Checks each signature as the request comes: later it would be too old."""

    port: int = field(default_factory=free_port)
    secret: str = ""
    received: list[Received] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    kind: str = AWAY
    _let_go: threading.Event = field(default_factory=threading.Event)
    _server: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def behave(self, kind: str) -> None:
        was_away, self.kind = self.kind == AWAY, kind
        self._let_go.set()
        self._let_go = threading.Event()
        if kind == AWAY:
            self._server.close()
        elif was_away:
            self._server.enter_context(receiver(self.port)).answer = self._answer

    def _answer(self, request: Received) -> Answer:
        self._keep(request)
        kind, let_go = self.kind, self._let_go
        if kind == HANG:
            let_go.wait(HANG_SECONDS)
        return ANSWERS.get(kind, ok)(request)

    def _keep(self, request: Received) -> None:
        try:
            request.verified_by(self.secret)
        except WebhookVerificationError as error:
            self.unsigned.append(f"{request.headers}: {error!r}")
        self.received.append(request)
