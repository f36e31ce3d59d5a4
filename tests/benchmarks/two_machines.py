"""B9: two worker nodes against one, where the gateway's latency is the limit and not this machine."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients, send_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_slow_gateway

LATENCY_MS = 200
CONCURRENCY = 50  # of each node
CLIENTS = 2_000

GOAL = Goal(
    key="B9",
    title=f"two worker nodes, {LATENCY_MS} ms latency, {CONCURRENCY} requests at once each",
    unit="sends/s",
    target=1.8,
    higher_is_better=True,
    is_ratio=True,
    compared_with="one node",
)


def measure_two_machines(bench: Bench) -> Measured:
    """Nodes are processes with names of their own, which share the database and the broker alone."""
    make_clients(bench.scaled(CLIENTS, least=1_000))
    gateway = start_slow_gateway(bench, latency_ms=LATENCY_MS)
    speeds = {nodes: _speeds_of(bench, nodes, gateway.url) for nodes in (1, 2)}
    return {GOAL.key: [Run(two, baseline=one) for one, two in zip(speeds[1], speeds[2], strict=True)]}


def _speeds_of(bench: Bench, nodes: int, gateway_url: str) -> list[float]:
    with bench.processes():
        bench.start_beat()
        bench.start_workers(nodes, gateway_url=gateway_url, MAX_CONCURRENCY=str(CONCURRENCY))
        send_to_all()  # uncounted: it opens the connections
        return [send_to_all()[1] for _ in bench.runs]


BENCHMARK = Benchmark(name="B9", goals=(GOAL,), measure=measure_two_machines)
