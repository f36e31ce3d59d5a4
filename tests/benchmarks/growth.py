"""What the engine's statements and the lists cost in a small database, and in one that has grown.

`python -m tests.benchmarks.growth --messages 10000000` fills a database (see `grown`), and prints the
median milliseconds of each. Ten million take about ten minutes and 8 GB.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

from tests.benchmarks.bench import ROOT, Bench, Options, bench
from tests.benchmarks.load import Call, measure_calls
from tests.reasons import http_status

if TYPE_CHECKING:  # there are no models before there is a database
    from notification_service.delivery.database import Database
    from notification_service.delivery.messages import Claimed

Result = TypeVar("Result")

ROUNDS = 5
MESSAGES = 200  # a statement
REQUESTS, PER_SECOND = 20, 10
# What a round took waits again; the triggers keep what follows from that.
WAIT_AGAIN = """
UPDATE mailings_message SET status = 'pending', attempts = 0, sent_at = NULL,
  reason = '', reason_number = NULL, next_attempt_at = now() - interval '1 hour'
WHERE id = ANY(%s)
"""
END_LEASES = "UPDATE mailings_batch SET lease_expires_at = now() - interval '1 second'"
LISTS = (
    "/api/mailings/",
    "/api/mailings/fullinfo/",
    "/api/mailings/{due}/info/",
    "/api/messages/",
    "/api/messages/?mailing={due}",
    "/api/messages/?mailing={due}&status=pending",
    "/api/messages/?status=unknown",
    "/api/clients/",
    "/api/clients/?tag=vip",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="growth", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000_000)
    messages: int = parser.parse_args().messages
    (ROOT / "var").mkdir(exist_ok=True)
    with (
        TemporaryDirectory(dir=ROOT / "var", prefix="growth-") as folder,
        bench(Path(folder), Options()) as place,
    ):
        from tests.benchmarks.grown import fill

        giants = fill(messages=messages)
        print(f"{messages:,} messages, median ms")
        for name, times in (_statements(place) | _lists(place, due=giants["due"])).items():
            print(f"  {name:45} {median(times) * 1000:8.1f}", flush=True)


def _statements(place: Bench) -> dict[str, list[float]]:
    from notification_service.delivery.database import Database
    from notification_service.mailings.models import Gateway

    gateway_id = Gateway.objects.get(name="main").pk
    database = Database(place.database_url, worker="growth", gateway_id=gateway_id)
    times: dict[str, list[float]] = defaultdict(list)
    with asyncio.Runner() as runner:
        for _ in range(ROUNDS):
            for name, seconds in _round(runner, database):
                times[f"{name} {MESSAGES}"].append(seconds)
        runner.run(database.close())
    return times


def _round(runner: asyncio.Runner, database: "Database") -> Iterator[tuple[str, float]]:
    """Each statement with its seconds; what it took waits again afterwards."""
    from notification_service.delivery.claim import rescue, take_due
    from notification_service.delivery.config import DeliveryConfig
    from notification_service.delivery.messages import NotSent, OutcomeBuffer
    from notification_service.delivery.write_outcomes import write

    config = DeliveryConfig()
    claimed, seconds = _timed(lambda: runner.run(take_due(database, config, MESSAGES)))
    yield "claim", seconds
    sent = OutcomeBuffer(sent=[(message, time.time()) for message in claimed])
    yield "record successes", _timed(lambda: runner.run(write(database, sent)))[1]
    _wait_again(claimed)

    claimed = runner.run(take_due(database, config, MESSAGES))
    failures = [
        NotSent(message, "failed", attempt_outcome="failed", reason=http_status(400)) for message in claimed
    ]
    failed = OutcomeBuffer(not_sent=failures)
    yield "record failures", _timed(lambda: runner.run(write(database, failed)))[1]
    _wait_again(claimed)

    claimed = runner.run(take_due(database, config, MESSAGES))
    _execute(END_LEASES)
    rescued, seconds = _timed(lambda: rescue(connection))
    assert rescued == MESSAGES
    yield "rescue", seconds
    _wait_again(claimed)


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


def _wait_again(messages: "Sequence[Claimed]") -> None:
    _execute(WAIT_AGAIN, [message.id for message in messages])
    _execute("DELETE FROM mailings_batch")


def _lists(place: Bench, *, due: int) -> dict[str, list[float]]:
    from tests.benchmarks.api_key import make_api_key

    url, key = place.start_web(), make_api_key()
    calls = [Call(path=path.format(due=due)) for path in LISTS]
    seconds = measure_calls(url, key, calls, per_second=PER_SECOND, count=REQUESTS)
    return dict(zip(LISTS, seconds, strict=True))


def _execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


if __name__ == "__main__":
    main()
