"""B5: the statistics of one mailing of ten thousand messages, then beside them of ten million.

Each page is compared with the API's entry, which shows nothing but links, and with itself at ten thousand.

The ten million rows are one INSERT … SELECT generate_series; what the triggers would have counted is
computed from them afterwards (see `data`).
"""

from typing import Any

from notification_service.mailings.models import Mailing
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_sent_mailing
from tests.benchmarks.load import ENTRY, Call, measure_calls
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run, percentile

FEW, MANY = 10_000, 10_000_000
REQUESTS = 200  # of each page, a run
PER_SECOND = 20
PAGES = ("fullinfo", "info")


def _goals(page: str) -> tuple[Goal, Goal]:
    title = f"p99 of `{page}` at {MANY:,} messages"
    shared: dict[str, Any] = {"title": title, "unit": "ms", "higher_is_better": False, "is_ratio": True}
    return (
        Goal(key=f"B5 {page}", target=2, compared_with="GET /api/", **shared),
        Goal(key=f"B5 {page} growth", target=1.5, compared_with=f"at {FEW:,}", **shared),
    )


GOALS = tuple(goal for page in PAGES for goal in _goals(page))


def measure_statistics(bench: Bench) -> Measured:
    url, key = bench.start_web(), make_api_key()
    requests = bench.scaled(REQUESTS, least=20)
    few = make_sent_mailing(bench.scaled(FEW))
    _p99_ms(url, key, few, requests)  # uncounted: a server that has just started would flatter the ratio
    at_few = [_p99_ms(url, key, few, requests) for _ in bench.runs]
    many = make_sent_mailing(bench.scaled(MANY))
    at_many = [_p99_ms(url, key, many, requests) for _ in bench.runs]
    measured: dict[str, list[Run]] = {}
    for page in PAGES:
        measured[f"B5 {page}"] = [Run(large[page], baseline=large["entry"]) for large in at_many]
        pairs = zip(at_few, at_many, strict=True)
        measured[f"B5 {page} growth"] = [Run(large[page], baseline=small[page]) for small, large in pairs]
    return measured


def _p99_ms(url: str, key: str, mailing: Mailing, requests: int) -> dict[str, float]:
    calls = [Call(path="/api/mailings/fullinfo/"), Call(path=f"/api/mailings/{mailing.pk}/info/"), ENTRY]
    seconds = measure_calls(url, key, calls, per_second=PER_SECOND, count=requests)
    named = zip((*PAGES, "entry"), seconds, strict=True)
    return {page: percentile(times, 0.99) * 1000 for page, times in named}


BENCHMARK = Benchmark(name="B5", goals=GOALS, measure=measure_statistics, limit_seconds=1200)
