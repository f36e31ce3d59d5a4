"""B2: what a POST of a mailing for a million clients takes, and how soon the gateway hears of it."""

import time
from datetime import timedelta
from pathlib import Path

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients
from tests.benchmarks.load import ENTRY, call_once, measure_calls, new_mailing
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run, percentile
from tests.benchmarks.stub_gateway import first_request_at, start_simulator
from tests.journeys.service import wait_until

CLIENTS = 1_000_000
POSTS = 100
PER_SECOND = 20  # POSTs and what they are compared with, in turns

ANSWER = Goal(
    key="B2 answer",
    title=f"p99 of the answer to a POST of a mailing for {CLIENTS:,} clients",
    unit="ms",
    target=3,
    higher_is_better=False,
    is_ratio=True,
    compared_with="GET /api/",
)
FIRST = Goal(
    key="B2 first request",
    title="from that answer to the first request at the gateway",
    unit="s",
    target=0.3,
    higher_is_better=False,
)


def measure_creation(bench: Bench) -> Measured:
    make_clients(bench.scaled(CLIENTS))
    log = bench.folder / "requests.ndjson"
    gateway = start_simulator(bench, "--log", str(log))
    url, key = bench.start_web(), make_api_key()
    bench.start_beat()
    bench.start_workers(bench.options.workers, gateway_url=gateway.url)
    measured: dict[str, list[Run]] = {ANSWER.key: [], FIRST.key: []}
    for _ in bench.runs:
        posts, entries = _post_many(url, key, count=bench.scaled(POSTS, least=20))
        p99, baseline = (percentile(seconds, 0.99) * 1000 for seconds in (posts, entries))
        measured[ANSWER.key].append(Run(p99, baseline=baseline))
        measured[FIRST.key].append(Run(_seconds_to_first_request(url, key, log)))
    return measured


def _post_many(url: str, key: str, *, count: int) -> list[list[float]]:
    """Of mailings that are called off before they start; and between them of the API's entry."""
    calls = [new_mailing(starts_in=timedelta(hours=1)), ENTRY]
    seconds = measure_calls(url, key, calls, per_second=PER_SECOND, count=count)
    for mailing in Mailing.objects.filter(status=Mailing.Status.SCHEDULED):
        lifecycle.cancel_mailing(mailing.pk)
    return seconds


def _seconds_to_first_request(url: str, key: str, log: Path) -> float:
    """Of a mailing that is called off as soon as it has begun. Negative: before the answer."""
    heard = log.stat().st_size if log.exists() else 0
    answer, _ = call_once(url, key, new_mailing())
    answered_at = time.time()
    wait_until(lambda: first_request_at(log, after=heard) is not None, seconds=60, what="a first request")
    first = first_request_at(log, after=heard)
    assert first is not None
    lifecycle.cancel_mailing(answer["id"])
    wait_until(lambda: _has_ended(answer["id"]), seconds=120, what="the end of the cancelled mailing")
    return first - answered_at


def _has_ended(mailing_id: int) -> bool:
    return Mailing.objects.filter(pk=mailing_id, finished_at__isnull=False).exists()


BENCHMARK = Benchmark(name="B2", goals=(ANSWER, FIRST), measure=measure_creation, limit_seconds=1200)
