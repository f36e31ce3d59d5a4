"""B11: how soon `manage.py up` answers and sends on data that is there, where a mailing has fallen due."""

import time
from datetime import timedelta

from notification_service.standalone.local_http import responds
from tests.benchmarks.bench import Bench
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import first_request_at, start_simulator
from tests.benchmarks.whole_service import WholeService
from tests.journeys.service import wait_until

CLIENTS = 10
STOPPED_BY = timedelta(seconds=20)
LOOK_SECONDS = 0.01

ANSWER = Goal(
    key="B11 answer",
    title="from the start of `up`, on data that is there, to its first answer",
    unit="s",
    target=3,
    higher_is_better=False,
)
SEND = Goal(
    key="B11 send",
    title="the same, to the first request at the gateway",
    unit="s",
    target=5,
    higher_is_better=False,
)


def measure_start(bench: Bench) -> Measured:
    log = bench.folder / "requests.ndjson"
    gateway = start_simulator(bench, "--log", str(log))
    service = WholeService(bench=bench, gateway_url=gateway.url)
    service.launch()
    service.wait_until_ready()
    for number in range(CLIENTS):
        service.post("clients", phone=str(79_000_000_000 + number), operator_code="900", timezone="UTC")
    measured: dict[str, list[Run]] = {ANSWER.key: [], SEND.key: []}
    for _ in bench.runs:
        heard = log.stat().st_size if log.exists() else 0
        _stop_until_something_is_due(service)
        began = time.time()
        service.launch()
        measured[ANSWER.key].append(Run(_seconds_to_answer(service, since=began)))
        wait_until(lambda heard=heard: first_request_at(log, after=heard), what="a request")  # type: ignore[misc]
        first = first_request_at(log, after=heard)
        assert first is not None
        measured[SEND.key].append(Run(first - began))
        service.wait_until_ready()
    return measured


def _stop_until_something_is_due(service: WholeService) -> None:
    start = service.post_mailing(starts_in=STOPPED_BY)
    service.stop()
    left = start.timestamp() - time.time()
    if left < 0:
        raise RuntimeError(f"the service took more than {STOPPED_BY} to stop")
    time.sleep(left)


def _seconds_to_answer(service: WholeService, *, since: float) -> float:
    while not responds(f"{service.url}/health/live"):
        time.sleep(LOOK_SECONDS)
    return time.time() - since


BENCHMARK = Benchmark(name="B11", goals=(ANSWER, SEND), measure=measure_start)
