"""B13: receipts a second, and what 5,000 of them a second cost a mailing that runs at full speed.

The receipts are those of a mailing that was sent before, over HTTP, in lists as providers send them.
"""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator

from django.db import connection

from notification_service.mailings import stats
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import Gateway, Mailing, Message
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import call_off, make_clients, make_sent_mailing, wait_until_written
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.journeys.mailing import sent, start_mailing

MESSAGES = 1_000_000  # of the mailing that runs
LIST = 500  # receipts in a request
PER_SECOND = 5_000
SECONDS = 10  # beside the mailing, and before it alone
ALONE = 100_000  # receipts, as fast as they are taken

SPEED = Goal(
    key="B13 receipts",
    title=f"receipts in lists of {LIST}, one after another, while nothing else runs",
    unit="receipts/s",
    target=PER_SECOND,
    higher_is_better=True,
)
BESIDE = Goal(
    key="B13 beside",
    title=f"recorded sends of a mailing while {PER_SECOND:,} receipts of another come in each second",
    unit="sends/s",
    target=0.67,
    higher_is_better=True,
    is_ratio=True,
    compared_with="just before",
)


class Provider:
    """Sends each receipt of a mailing once, in the order of its messages."""

    def __init__(self, url: str, mailing: Mailing) -> None:
        main = Gateway.objects.get(name="main")
        self._url, self._key = f"{url}/api/v1/gateways/main/receipts/", replace_receipt_key(main.pk)
        found = Message.objects.of(mailing).order_by("pk").values_list("pk", flat=True)
        self._lists: Iterator[list[int]] = iter(_divided(list(found)))

    def tell(self) -> None:
        told = [{"id": pk, "status": "delivered", "at": "2026-01-31T09:00:00Z"} for pk in next(self._lists)]
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        body = json.dumps(told).encode()
        request = urllib.request.Request(self._url, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer) == {"receipts": len(told), "unknown": 0}


def _divided(ids: list[int]) -> list[list[int]]:
    return [ids[first : first + LIST] for first in range(0, len(ids), LIST)]


def measure_receipts(bench: Bench) -> Measured:
    make_clients(bench.scaled(MESSAGES))
    gateway = start_fastest_gateway(bench)
    url = bench.start_web()
    bench.start_beat()
    each = str(max(1, 64 // bench.options.workers))
    bench.start_workers(bench.options.workers, gateway_url=gateway.url, MAX_CONCURRENCY=each)
    measured: dict[str, list[Run]] = {SPEED.key: [], BESIDE.key: []}
    for _ in bench.runs:
        alone, seconds = bench.scaled(ALONE, least=LIST), bench.scaled(SECONDS, least=3)
        old = make_sent_mailing(alone + PER_SECOND * (seconds + 5))
        old.refresh_from_db()  # its partition
        provider = Provider(url, old)
        began = time.monotonic()
        for _list in range(alone // LIST):
            provider.tell()
        measured[SPEED.key].append(Run(alone / (time.monotonic() - began)))
        measured[BESIDE.key].append(_beside(bench, provider, seconds))
        _forget(old)
    return measured


def _beside(bench: Bench, provider: Provider, seconds: float) -> Run:
    mailing = start_mailing()
    wait_until_written(mailing)
    before = _sends_over(mailing, seconds)
    told, is_over = 0, threading.Event()

    def tell_all() -> None:
        nonlocal told
        first = time.monotonic()
        while not is_over.wait(max(0.0, first + told / PER_SECOND - time.monotonic())):
            provider.tell()
            told += LIST

    teller = threading.Thread(target=tell_all)
    teller.start()
    began = time.monotonic()
    beside = _sends_over(mailing, seconds)
    is_over.set()
    teller.join()
    bench.note(f"B13: {told / (time.monotonic() - began):,.0f} receipts/s came in beside the mailing")
    if not stats.message_counts([mailing.pk])[mailing.pk]["pending"]:
        bench.note("B13: the mailing ended before the receipts did: its figure says little")
    call_off(mailing)
    return Run(beside, baseline=before)


def _sends_over(mailing: Mailing, seconds: float) -> float:
    count, began = sent(mailing), time.monotonic()
    time.sleep(seconds)
    return (sent(mailing) - count) / (time.monotonic() - began)


def _forget(mailing: Mailing) -> None:
    """The next one is to have the same partition to itself."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mailings_message WHERE partition = %s", [mailing.partition])


BENCHMARK = Benchmark(name="B13", goals=(SPEED, BESIDE), measure=measure_receipts, limit_seconds=1200)
