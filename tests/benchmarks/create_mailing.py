"""B2: what a POST of a mailing for a million clients takes, and how soon the gateway hears of it."""

import json
import time
from datetime import timedelta
from pathlib import Path

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients
from tests.benchmarks.load import call_once, measure_calls, new_mailing
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run, percentile
from tests.benchmarks.stub_gateway import start_simulator
from tests.journeys.service import wait_until

CLIENTS = 1_000_000
POSTS = 100
POSTS_PER_SECOND = 20


def _answer(name: str) -> Goal:
    title = f"{name} of the answer to a POST of a mailing for {CLIENTS:,} clients"
    return Goal(key=f"B2 answer {name}", title=title, unit="ms", target=50, higher_is_better=False)


P50, P99 = _answer("p50"), _answer("p99")
FIRST = Goal(
    key="B2 first request",
    title="from that answer to the first request at the gateway",
    unit="s",
    target=1,
    higher_is_better=False,
)


def measure_creation(bench: Bench) -> Measured:
    make_clients(bench.scaled(CLIENTS))
    log = bench.folder / "requests.ndjson"
    gateway = start_simulator(bench, "--log", str(log))
    url, key = bench.start_web(), make_api_key()
    bench.start_beat()
    bench.start_workers(bench.options.workers, gateway_url=gateway.url)
    measured: dict[str, list[Run]] = {P50.key: [], P99.key: [], FIRST.key: []}
    for _ in bench.runs:
        seconds = _post_many(url, key, count=bench.scaled(POSTS, least=20))
        measured[P50.key].append(Run(percentile(seconds, 0.5) * 1000))
        measured[P99.key].append(Run(percentile(seconds, 0.99) * 1000))
        measured[FIRST.key].append(Run(_seconds_to_first_request(url, key, log)))
    return measured


def _post_many(url: str, key: str, *, count: int) -> list[float]:
    """Of mailings that lie ahead, and are called off before they start."""
    later = new_mailing(starts_in=timedelta(hours=1))
    (seconds,) = measure_calls(url, key, [later], per_second=POSTS_PER_SECOND, count=count)
    for mailing in Mailing.objects.filter(status=Mailing.Status.SCHEDULED):
        lifecycle.cancel_mailing(mailing.pk)
    return seconds


def _seconds_to_first_request(url: str, key: str, log: Path) -> float:
    """Of a mailing that starts now, and is called off as soon as it has begun."""
    heard = log.stat().st_size if log.exists() else 0
    answer, _ = call_once(url, key, new_mailing(starts_in=timedelta(0)))
    answered_at = time.time()
    wait_until(lambda: _first_request_at(log, after=heard) is not None, seconds=60, what="a first request")
    first = _first_request_at(log, after=heard)
    assert first is not None
    lifecycle.cancel_mailing(answer["id"])
    wait_until(lambda: _has_ended(answer["id"]), seconds=120, what="the end of the cancelled mailing")
    return first - answered_at


def _first_request_at(log: Path, *, after: int) -> float | None:
    """By the simulator's clock, which is this machine's; negative seconds are a request before the answer."""
    if not log.exists():
        return None
    with log.open("rb") as file:
        file.seek(after)
        line = file.readline()
    return float(json.loads(line)["received_at"]) if line.endswith(b"\n") else None


def _has_ended(mailing_id: int) -> bool:
    return Mailing.objects.filter(pk=mailing_id, finished_at__isnull=False).exists()


BENCHMARK = Benchmark(name="B2", goals=(P50, P99, FIRST), measure=measure_creation, limit_seconds=1200)
