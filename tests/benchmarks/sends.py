"""B1: recorded sends a second of the whole product, beside the bare client's loop in the same run."""

import statistics
import subprocess
import sys
from dataclasses import dataclass

from django.db.models import Max

from notification_service.mailings.models import Message
from tests.journeys.mailing import make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service

CONCURRENCY = 64


@dataclass(frozen=True, slots=True)
class Sends:
    product: list[float]  # recorded sends a second, a figure a run
    bare: list[float]  # requests a second

    @property
    def ratio(self) -> float:
        return statistics.median(p / b for p, b in zip(self.product, self.bare, strict=True))


def measure_sends(service: Service, *, gateway_url: str, clients: int, runs: int) -> Sends:
    """Alternate the bare loop and a mailing to all clients; a first, uncounted mailing warms up."""
    make_clients(clients)
    service.environment["GATEWAY_URL"] = gateway_url
    service.start_beat()
    service.start_worker()
    _send_to_all()
    measured = [(_bare(gateway_url, clients), _send_to_all()) for _ in range(runs)]
    return Sends(product=[product for _, product in measured], bare=[bare for bare, _ in measured])


def _send_to_all() -> float:
    mailing = start_mailing()
    counts = wait_until_finished(mailing, seconds=600)
    last = Message.objects.filter(mailing=mailing).aggregate(last=Max("sent_at"))["last"]
    mailing.refresh_from_db()
    assert mailing.started_at is not None
    seconds: float = (last - mailing.started_at).total_seconds()
    return counts["sent"] / seconds


def _bare(gateway_url: str, requests: int) -> float:
    arguments = [gateway_url, str(requests), str(CONCURRENCY)]
    command = [sys.executable, "-m", "tests.benchmarks.bare_client", *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
