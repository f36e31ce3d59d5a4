"""The simulator tells what it has delivered, as a provider does."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from notification_service.gateway_simulator.options import OptionsError, SimulatorOptions
from tests.gateway_simulator.running import PATIENCE_SECONDS, serving

Told = tuple[str, list[dict[str, Any]]]


@contextmanager
def service(statuses: list[int]) -> Iterator[tuple[str, "queue.Queue[Told]"]]:
    """What takes receipts: with these statuses, then always."""
    told: queue.Queue[Told] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.put((self.headers["Authorization"], body))
            self.send_response(statuses.pop(0) if statuses else 202)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/receipts/", told
        finally:
            server.shutdown()
            thread.join()


def test_what_is_taken_is_told_until_the_service_takes_it() -> None:
    with service([503]) as (url, told):
        options = SimulatorOptions(receipts_url=url, receipt_key="nsr_key", undelivered=1)
        with serving(options) as gateway:
            assert gateway.send(7).status == 200
            assert gateway.send(8, token="").status == 401
            first, again = (told.get(timeout=PATIENCE_SECONDS) for _ in range(2))
    receipt = {"id": 7, "status": "undelivered", "reason": "the phone is switched off"}
    assert first == again == ("Bearer nsr_key", [receipt])


def test_some_are_delivered_and_the_same_ones_with_the_same_seed() -> None:
    ends = []
    for _ in range(2):
        with (
            service([]) as (url, told),
            serving(SimulatorOptions(receipts_url=url, undelivered=0.5)) as gateway,
        ):
            for msg_id in range(1, 21):
                gateway.send(msg_id)
            found: dict[int, str] = {}
            while len(found) < 20:
                found |= {each["id"]: each["status"] for each in told.get(timeout=PATIENCE_SECONDS)[1]}
        ends.append(found)
    assert ends[0] == ends[1]
    assert set(ends[0].values()) == {"delivered", "undelivered"}


@pytest.mark.parametrize(
    "options", [{"receipts_url": "gopher://x"}, {"undelivered": 1.1}, {"undelivered": -1}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        SimulatorOptions(**options)
