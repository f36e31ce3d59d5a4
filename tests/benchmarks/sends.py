"""B1: recorded sends a second of the whole product, beside a bare client's loop in the same run.

Two worker processes share the 64 connections that the bare loop has alone: one process is bound by one
interpreter, and the machine that is measured has two cores.
"""

from collections.abc import Mapping

from tests.benchmarks.bare_client import requests_per_second
from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import cpu_used
from tests.benchmarks.data import make_clients, send_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway

CLIENTS = 200_000
CONCURRENCY = 64  # of all workers together, and of the bare loop

GOAL = Goal(
    key="B1",
    title=f"recorded sends, whole product, {CLIENTS:,} clients, {CONCURRENCY} connections",
    unit="sends/s",
    target=0.75,
    higher_is_better=True,
    is_ratio=True,
    compared_with="bare loop",
)


def measure_sends(bench: Bench) -> Measured:
    """The bare loop and a mailing to all clients take turns; a first, uncounted mailing warms up."""
    clients = bench.scaled(CLIENTS)
    make_clients(clients)
    gateway = start_fastest_gateway(bench)
    pids = {"beat": bench.start_beat(), "broker": bench.broker_pid, "PostgreSQL": bench.postgres_pid}
    each = str(max(1, CONCURRENCY // bench.options.workers))
    workers = bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    pids |= workers | {f"gateway ({gateway.name})": gateway.pid}
    send_to_all()
    runs = []
    for _ in bench.runs:
        bare = requests_per_second("pyreqwest", gateway.url, clients, CONCURRENCY)
        wire = requests_per_second("wire", gateway.url, clients, CONCURRENCY)
        with cpu_used(pids) as used:
            _, sends = send_to_all()
        bench.note(_where_the_time_goes(used, sends=sends, messages=clients))
        bench.note(f"B1: {sends / wire:.2f} of the bare loop of the product's own wire ({wire:,.0f}/s)")
        runs.append(Run(sends, baseline=bare))
    bench.note(f"B1: {len(workers)} workers with {each} connections each, gateway {gateway.name}")
    return {GOAL.key: runs}


def _where_the_time_goes(used: Mapping[str, float], *, sends: float, messages: int) -> str:
    shares = ", ".join(f"{name} {seconds / messages * 1e6:.1f}" for name, seconds in used.items())
    whole = sum(used.values()) / messages * 1e6
    return f"B1: {sends:,.0f} sends/s; processor microseconds a message: {shares}; together {whole:.1f}"


BENCHMARK = Benchmark(name="B1", goals=(GOAL,), measure=measure_sends)
