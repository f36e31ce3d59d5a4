"""All benchmarks, in the order of the table. To be imported when Django is set up."""

from tests.benchmarks import (
    api_under_load,
    build_audience,
    client_import,
    create_mailing,
    idle,
    receipts,
    removal,
    sends,
    single_messages,
    slow_gateway,
    start_up,
    statistics_pages,
    two_machines,
    webhooks,
    worker_memory,
)

BENCHMARKS = (
    sends.BENCHMARK,
    create_mailing.BENCHMARK,
    build_audience.BENCHMARK,
    slow_gateway.BENCHMARK,
    statistics_pages.BENCHMARK,
    client_import.BENCHMARK,
    worker_memory.BENCHMARK,
    api_under_load.BENCHMARK,
    two_machines.BENCHMARK,
    idle.BENCHMARK,
    start_up.BENCHMARK,
    removal.BENCHMARK,
    receipts.BENCHMARK,
    webhooks.BENCHMARK,
    single_messages.BENCHMARK,
)
NAMES = tuple(benchmark.name for benchmark in BENCHMARKS)
KEYS = tuple(goal.key for benchmark in BENCHMARKS for goal in benchmark.goals)
