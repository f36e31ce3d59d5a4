"""What a worker does while the broker refuses it: it logs this once, and tries again every second."""

import time
from typing import Any

import structlog
from celery.worker.consumer import Consumer

PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class SteadyConsumer(Consumer):
    """Celery's own ends if the broker refuses our account, or a queue that another one owns."""

    conninfo: Any
    channel_errors: tuple[type[Exception], ...]
    _refusal = ""

    def on_connection_error_before_connected(self, exc: Exception) -> None:
        self._note(exc)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        super().on_connection_error_after_connected(exc)
        if isinstance(exc, self.channel_errors):
            self._note(exc)

    def on_ready(self) -> None:
        self._refusal = ""
        super().on_ready()

    def _note(self, exc: Exception) -> None:
        if str(exc) != self._refusal:
            log.error("broker unusable: we call ourselves", broker=self.conninfo.as_uri(), reason=str(exc))
        self._refusal = str(exc)
        time.sleep(PAUSE_SECONDS)
