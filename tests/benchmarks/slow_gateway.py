"""B4: a gateway that takes 200 ms for every answer, and a thousand requests at once."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients, send_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_slow_gateway

LATENCY_MS = 200
CONCURRENCY = 1000  # of all workers together
CLIENTS = 100_000

GOAL = Goal(
    key="B4",
    title=f"recorded sends, {LATENCY_MS} ms latency, {CONCURRENCY:,} at once, {CLIENTS:,} clients",
    unit="sends/s",
    target=0.9,
    higher_is_better=True,
    is_ratio=True,
    compared_with="concurrency ÷ latency",
)


def measure_slow_gateway(bench: Bench) -> Measured:
    """A first, uncounted mailing opens the connections."""
    make_clients(bench.scaled(CLIENTS))
    gateway = start_slow_gateway(bench, latency_ms=LATENCY_MS)
    bench.start_beat()
    each = str(CONCURRENCY // bench.options.workers)
    bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    bench.note(f"B4: {bench.options.workers} workers with {each} requests at once each")
    send_to_all()
    most = CONCURRENCY / LATENCY_MS * 1000
    return {GOAL.key: [Run(send_to_all()[1], baseline=most) for _ in bench.runs]}


BENCHMARK = Benchmark(name="B4", goals=(GOAL,), measure=measure_slow_gateway)
