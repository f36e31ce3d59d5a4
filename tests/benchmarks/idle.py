"""B10: what the whole service uses while nothing is to be done."""

import time

from tests.benchmarks.bench import Bench
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.benchmarks.whole_service import WholeService

REST_SECONDS = 20  # after its start
SECONDS = 60  # a run

CPU = Goal(
    key="B10 processor",
    title="idle service with one worker: processor time of all its processes, of one core",
    unit="%",
    target=1.5,
    higher_is_better=False,
)
MEMORY = Goal(
    key="B10 memory",
    title="the same: memory of all its processes (PSS)",
    unit="MB",
    target=300,
    higher_is_better=False,
)


def measure_idle(bench: Bench) -> Measured:
    service = WholeService(bench=bench, gateway_url=start_fastest_gateway(bench).url)
    service.launch()
    service.wait_until_ready()
    time.sleep(bench.scaled(REST_SECONDS, least=5))
    measured: dict[str, list[Run]] = {CPU.key: [], MEMORY.key: []}
    for _ in bench.runs:
        shares = _shares(service, seconds=bench.scaled(SECONDS, least=5))
        memory = service.megabytes()
        bench.note(f"B10: {_by_part(shares, '%')}; {_by_part(memory, 'MB')}")
        measured[CPU.key].append(Run(sum(shares.values())))
        measured[MEMORY.key].append(Run(sum(memory.values())))
    return measured


def _shares(service: WholeService, *, seconds: float) -> dict[str, float]:
    before, began = service.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    after, passed = service.cpu_seconds(), time.monotonic() - began
    return {part: 100 * (after[part] - before.get(part, 0.0)) / passed for part in after}


def _by_part(used: dict[str, float], unit: str) -> str:
    return ", ".join(f"{part} {amount:.1f} {unit}" for part, amount in sorted(used.items()))


BENCHMARK = Benchmark(name="B10", goals=(CPU, MEMORY), measure=measure_idle)
