"""B15: how soon a single message is sent while a mailing of a million runs at full speed; how many are taken.

`sent_at` is when the gateway's answer was read, by a clock that is also that of this machine: the request
began before it, so that the figure is above the truth, by what an answer takes.
"""

import time
from collections.abc import Mapping
from typing import Any

from notification_service.mailings import stats
from notification_service.mailings.models import Mailing, Message, SingleMessage
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import call_off, make_clients, wait_until_written
from tests.benchmarks.load import Call, call_once, measure_calls
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run, percentile
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.journeys.mailing import start_mailing
from tests.journeys.service import wait_until

CLIENTS = 1_000_000
MESSAGES = 200  # one by one, a run
PER_SECOND = 20
LISTS = 20  # of a thousand each
LIST_MESSAGES = 1000
ADDRESS = "/api/v1/messages/"


def _beside(key: str, share: str) -> Goal:
    return Goal(
        key=f"B15 {key}",
        title=f"{share} from the POST of a single message to the gateway's answer, while a mailing runs",
        unit="ms",
        target=500,
        higher_is_better=False,
    )


TYPICAL, SLOWEST = _beside("p50", "half"), _beside("p99", "p99")
ACCEPTED = Goal(
    key="B15 accepted",
    title=f"single messages taken by the API, in lists of {LIST_MESSAGES:,}",
    unit="messages/s",
    target=2000,
    higher_is_better=True,
)


def measure_singles(bench: Bench) -> Measured:
    make_clients(bench.scaled(CLIENTS))
    gateway = start_fastest_gateway(bench)
    url, key = bench.start_web(), make_api_key()
    accepted = [Run(_accepted_a_second(bench, url, key)) for _ in bench.runs]
    Message.objects.filter(mailing=None).delete()  # nobody has sent them, and they would go first
    SingleMessage.objects.all().delete()
    bench.start_beat()
    each = str(max(1, 64 // bench.options.workers))
    bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    seconds = [_seconds_beside_a_mailing(bench, url, key) for _ in bench.runs]
    return {
        TYPICAL.key: [Run(percentile(some, 0.5) * 1000) for some in seconds],
        SLOWEST.key: [Run(percentile(some, 0.99) * 1000) for some in seconds],
        ACCEPTED.key: accepted,
    }


def _accepted_a_second(bench: Bench, url: str, key: str) -> float:
    lists = bench.scaled(LISTS, least=3)
    began = time.perf_counter()
    for _ in range(lists):
        answer, _seconds = call_once(url, key, Call(path=ADDRESS, body=_list))
        assert answer["accepted"] == LIST_MESSAGES
    return lists * LIST_MESSAGES / (time.perf_counter() - began)


def _seconds_beside_a_mailing(bench: Bench, url: str, key: str) -> list[float]:
    before = SingleMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    mailing = start_mailing()
    wait_until_written(mailing)
    wait_until(lambda: _counts(mailing)["sent"], seconds=30, what="the sending")
    messages = bench.scaled(MESSAGES, least=60)
    measure_calls(url, key, [Call(path=ADDRESS, body=_one)], per_second=PER_SECOND, count=messages)
    if not _counts(mailing)["pending"]:
        bench.note(
            "B15: the mailing ended before the messages were sent: its figures are partly those of idle"
        )
    wait_until(lambda: not _unsent(before).exists(), seconds=30, what="the last single message")
    call_off(mailing)
    times = ("reference", "message__created_at", "message__sent_at")
    rows = SingleMessage.objects.filter(pk__gt=before).order_by("-pk").values_list(*times)[:messages]
    until_written = [written.timestamp() - float(posted) for posted, written, _ in rows]
    bench.note(
        f"B15: p99 from the POST to the row is {percentile(until_written, 0.99) * 1000:.0f} ms of that"
    )
    return [sent.timestamp() - float(posted) for posted, _, sent in rows]


def _unsent(before: int) -> Any:
    return SingleMessage.objects.filter(pk__gt=before).exclude(message__status="sent")


def _one() -> Mapping[str, Any]:
    return {"phone": "79161234567", "text": "Your code: 4711", "reference": f"{time.time():.6f}"}


def _list() -> Mapping[str, Any]:
    return {"messages": [_one() for _ in range(LIST_MESSAGES)]}


def _counts(mailing: Mailing) -> dict[str, int]:
    return stats.message_counts([mailing.pk])[mailing.pk]


BENCHMARK = Benchmark(
    name="B15", goals=(TYPICAL, SLOWEST, ACCEPTED), measure=measure_singles, limit_seconds=1200
)
