"""B12: how long a mailing of a million takes to remove, and what another that runs loses by it."""

import time
from collections.abc import Callable

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing, Message
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import call_off, make_clients, make_sent_mailing, wait_until_written
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.journeys.mailing import sent, start_mailing
from tests.journeys.service import wait_until

MESSAGES = 1_000_000  # of the one that is removed, and of the one that runs
BEFORE_SECONDS = 10
LEAST_SECONDS = 5  # of a removal that is quicker, what comes after it is counted, too

REMOVAL = Goal(
    key="B12 removal",
    title=f"removing a mailing of {MESSAGES:,} beside one that is being sent",
    unit="s",
    target=3,
    higher_is_better=False,
)
BESIDE = Goal(
    key="B12 beside",
    title="recorded sends of the other meanwhile",
    unit="sends/s",
    target=0.9,
    higher_is_better=True,
    is_ratio=True,
    compared_with="just before",
)


def measure_removal(bench: Bench) -> Measured:
    make_clients(bench.scaled(MESSAGES))
    gateway = start_fastest_gateway(bench)
    bench.start_beat()
    each = str(max(1, 64 // bench.options.workers))
    bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    measured: dict[str, list[Run]] = {REMOVAL.key: [], BESIDE.key: []}
    for _ in bench.runs:
        seconds, beside = _measure(bench)
        measured[REMOVAL.key].append(Run(seconds))
        measured[BESIDE.key].append(beside)
    return measured


def _measure(bench: Bench) -> tuple[float, Run]:
    old = make_sent_mailing(bench.scaled(MESSAGES))
    mailing = start_mailing()
    wait_until_written(mailing)
    before = _sends_over(mailing, lambda: time.sleep(bench.scaled(BEFORE_SECONDS, least=2)))
    lifecycle.delete_mailing(old.pk)
    began = time.monotonic()
    seconds = 0.0

    def wait_for_removal() -> None:
        nonlocal seconds
        wait_until(lambda: not Mailing.objects.filter(pk=old.pk).exists(), seconds=300, what="the removal")
        seconds = time.monotonic() - began
        time.sleep(max(0.0, LEAST_SECONDS - seconds))

    beside = _sends_over(mailing, wait_for_removal)
    if not Message.objects.filter(mailing=mailing, status="pending").exists():
        bench.note("B12: the mailing ended before the removal did: its figure says little")
    call_off(mailing)
    return seconds, Run(beside, baseline=before)


def _sends_over(mailing: Mailing, wait: Callable[[], None]) -> float:
    """Recorded a second, for as long as the call takes."""
    count, began = sent(mailing), time.monotonic()
    wait()
    return (sent(mailing) - count) / (time.monotonic() - began)


BENCHMARK = Benchmark(name="B12", goals=(REMOVAL, BESIDE), measure=measure_removal, limit_seconds=1800)
