"""What a connection to the broker does otherwise than Kombu's own."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Consumer, Queue

from notification_service.standalone.valkey.server import EmbeddedValkey
from notification_service.worker.broker import SteadyConnection

CALLS = Queue("calls")


def test_a_received_call_is_not_put_back_on_a_restart(tmp_path: Path) -> None:
    """Putting it back to a broker that has just died ended the worker, and another call will come."""
    broker = EmbeddedValkey(tmp_path)
    broker.start()
    try:
        with SteadyConnection(broker.url) as connection:
            Consumer(connection.default_channel, [CALLS], callbacks=[lambda *_: None]).consume()
            connection.Producer().publish("now", routing_key=CALLS.name)
            connection.drain_events(timeout=5)
        with SteadyConnection(broker.url) as connection, pytest.raises(Empty):
            connection.SimpleQueue(CALLS.name).get(block=False)
    finally:
        broker.stop()
