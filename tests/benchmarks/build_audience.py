"""B3: messages a second of the fan-out, by the call that a worker makes; nothing sends meanwhile.

Beside it the same rows, by one statement, into a table that has the same primary key and nothing else.
"""

import time

from notification_service.mailings import lifecycle, stats
from notification_service.mailings.audience import build_audience
from tests.benchmarks.bare_table import NAME, bare_table, rows_per_second
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import forget_mailings, make_clients
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.journeys.mailing import start_mailing

CLIENTS = 1_000_000
INSERT_BARE = f"""
INSERT INTO {NAME} (id, mailing_id, client_id, status, attempts, created_at, next_attempt_at)
SELECT row_number() OVER (ORDER BY id), 1, id, 'pending', 0, now(), now() FROM directory_client ORDER BY id
"""

GOAL = Goal(
    key="B3",
    title=f"building an audience of {CLIENTS:,}",
    unit="messages/s",
    target=0.5,
    higher_is_better=True,
    is_ratio=True,
    compared_with="bare INSERT … SELECT",
)


def measure_audience(bench: Bench) -> Measured:
    clients = bench.scaled(CLIENTS)
    make_clients(clients)
    return {GOAL.key: [Run(_messages_per_second(clients), baseline=_bare_per_second()) for _ in bench.runs]}


def _messages_per_second(clients: int) -> float:
    forget_mailings()
    mailing = start_mailing()
    assert lifecycle.start_due_mailings() == [mailing.pk]
    started = time.perf_counter()
    build_audience(mailing.pk)
    speed = rows_per_second(clients, since=started)
    assert stats.message_counts([mailing.pk])[mailing.pk]["pending"] == clients
    return speed


def _bare_per_second() -> float:
    with bare_table("mailings_message") as cursor:
        started = time.perf_counter()
        cursor.execute(INSERT_BARE)
        return rows_per_second(cursor.rowcount, since=started)


BENCHMARK = Benchmark(name="B3", goals=(GOAL,), measure=measure_audience)
