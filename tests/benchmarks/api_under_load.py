"""B8: the API's slowest answers while a mailing of a million runs at full speed, beside those when idle.

Idle is the same mailing paused: the same rows, the same processes, the same rate of requests.
"""

from datetime import timedelta

from notification_service.mailings import lifecycle, stats
from notification_service.mailings.models import Mailing
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import call_off, make_clients, wait_until_written
from tests.benchmarks.load import Call, measure_calls, new_mailing
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run, percentile
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.journeys.mailing import start_mailing
from tests.journeys.service import wait_until

CLIENTS = 1_000_000
REQUESTS = 120  # of each kind, a run
PER_SECOND = 20  # of all kinds together: a load that one web process carries beside a full machine
TARGET = 3

KINDS = ("GET list", "GET info", "POST mailing")
GOALS = tuple(
    Goal(
        key=f"B8 {kind}",
        title=f"p99 of {kind} while a mailing of {CLIENTS:,} runs",
        unit="ms",
        target=TARGET,
        higher_is_better=False,
        is_ratio=True,
        compared_with="idle",
    )
    for kind in KINDS
)


def measure_api(bench: Bench) -> Measured:
    make_clients(bench.scaled(CLIENTS))
    gateway = start_fastest_gateway(bench)
    url, key = bench.start_web(), make_api_key()
    bench.start_beat()
    each = str(max(1, 64 // bench.options.workers))
    bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    measured: dict[str, list[Run]] = {goal.key: [] for goal in GOALS}
    for _ in bench.runs:
        for kind, run in _measure_mailing(bench, url, key).items():
            measured[f"B8 {kind}"].append(run)
    return measured


def _measure_mailing(bench: Bench, url: str, key: str) -> dict[str, Run]:
    """First paused, then at full speed; called off at the end."""
    mailing = start_mailing()
    wait_until_written(mailing)
    lifecycle.pause_mailing(mailing.pk)
    wait_until(lambda: not _counts(mailing)["sending"], seconds=30, what="the pause")
    idle = _p99_ms(bench, url, key, mailing)
    lifecycle.resume_mailing(mailing.pk)
    before = _counts(mailing)["sent"]
    wait_until(lambda: _counts(mailing)["sent"] > before, seconds=30, what="the sending")
    busy = _p99_ms(bench, url, key, mailing)
    if not _counts(mailing)["pending"]:
        bench.note("B8: the mailing ended before the requests did: its figures are partly those of idle")
    call_off(mailing)
    return {kind: Run(busy[kind], baseline=idle[kind]) for kind in KINDS}


def _p99_ms(bench: Bench, url: str, key: str, mailing: Mailing) -> dict[str, float]:
    calls = [
        Call(path="/api/mailings/"),
        Call(path=f"/api/mailings/{mailing.pk}/info/"),
        new_mailing(starts_in=timedelta(hours=1)),
    ]
    requests = bench.scaled(REQUESTS, least=20)
    seconds = measure_calls(url, key, calls, per_second=PER_SECOND, count=requests)
    return {kind: percentile(times, 0.99) * 1000 for kind, times in zip(KINDS, seconds, strict=True)}


def _counts(mailing: Mailing) -> dict[str, int]:
    return stats.message_counts([mailing.pk])[mailing.pk]


BENCHMARK = Benchmark(name="B8", goals=GOALS, measure=measure_api, limit_seconds=1200)
