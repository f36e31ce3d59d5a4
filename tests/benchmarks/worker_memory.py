"""B7: memory of the workers over a million messages, at full speed."""

import statistics
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil

from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients, send_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway

CLIENTS = 1_000_000
SAMPLE_SECONDS = 0.25

MOST = Goal(
    key="B7 most",
    title=f"memory of a worker over {CLIENTS:,} messages, at most",
    unit="MB",
    target=250,
    higher_is_better=False,
)
GROWTH = Goal(
    key="B7 growth",
    title="its last quarter of the time, median, against its second",
    unit="MB",
    target=1.1,
    higher_is_better=False,
    is_ratio=True,
    compared_with="second quarter",
)


def measure_memory(bench: Bench) -> Measured:
    """Each run is a mailing; the workers live on through all of them. The worst worker counts."""
    make_clients(bench.scaled(CLIENTS))
    gateway = start_fastest_gateway(bench)
    bench.start_beat()
    each = str(max(1, 64 // bench.options.workers))
    pids = bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    measured: dict[str, list[Run]] = {MOST.key: [], GROWTH.key: []}
    for _ in bench.runs:
        with _megabytes_over_time(pids) as samples:
            send_to_all()
        measured[MOST.key].append(Run(max(max(series) for series in samples.values())))
        grown = (growth(series) for series in samples.values())
        measured[GROWTH.key].append(max(grown, key=lambda run: run.ratio or 0))
    return measured


def growth(series: Sequence[float]) -> Run:
    """The first quarter is left out: a worker that starts is allowed to fill its caches."""
    quarter = max(1, len(series) // 4)
    second = series[quarter : 2 * quarter] or series
    return Run(statistics.median(series[-quarter:]), baseline=statistics.median(second))


@contextmanager
def _megabytes_over_time(pids: Mapping[str, int]) -> Iterator[dict[str, list[float]]]:
    samples: dict[str, list[float]] = {name: [] for name in pids}
    done = threading.Event()

    def sample() -> None:
        processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        while not done.wait(SAMPLE_SECONDS):
            for name, process in processes.items():
                samples[name].append(process.memory_info().rss / 1e6)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield samples
    finally:
        done.set()
        sampler.join()


BENCHMARK = Benchmark(name="B7", goals=(MOST, GROWTH), measure=measure_memory, limit_seconds=1200)
