"""B3: messages a second of the fan-out, by the call that a worker makes; nothing sends meanwhile."""

import time

from notification_service.mailings import lifecycle, stats
from notification_service.mailings.audience import build_audience
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import forget_mailings, make_clients
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.journeys.mailing import start_mailing

CLIENTS = 1_000_000

GOAL = Goal(
    key="B3",
    title=f"building an audience of {CLIENTS:,}",
    unit="messages/s",
    target=150_000,
    higher_is_better=True,
)


def measure_audience(bench: Bench) -> Measured:
    clients = bench.scaled(CLIENTS)
    make_clients(clients)
    return {GOAL.key: [Run(_messages_per_second(clients)) for _ in bench.runs]}


def _messages_per_second(clients: int) -> float:
    forget_mailings()
    mailing = start_mailing()
    assert lifecycle.start_due_mailings() == [mailing.pk]
    started = time.perf_counter()
    build_audience(mailing.pk)
    seconds = time.perf_counter() - started
    assert stats.message_counts([mailing.pk])[mailing.pk]["pending"] == clients
    return clients / seconds


BENCHMARK = Benchmark(name="B3", goals=(GOAL,), measure=measure_audience)
