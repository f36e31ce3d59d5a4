"""A modest, steady load over HTTP: requests leave at a fixed rate, however slow the answers are."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyreqwest.client import Client, ClientBuilder

MOST_UNANSWERED = 500  # then the server is lost, and so is the run
TIMEOUT = timedelta(seconds=30)
WARM_UP_ROUNDS, WARM_UP_AT_ONCE = 3, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`body` makes it a POST; a function, because no two POSTs need be equal."""

    path: str
    body: Callable[[], Mapping[str, Any]] | None = None


# What the framework, the key and the connection cost: what any other answer is compared with.
ENTRY = Call(path="/api/")


def new_mailing(*, starts_in: timedelta = timedelta(0), **fields: Any) -> Call:
    def body() -> Mapping[str, Any]:
        start = datetime.now(UTC) + starts_in
        times = {"start_at": start.isoformat(), "end_at": _hours_later(start).isoformat()}
        return {"text": "Hello", **times, **fields}

    return Call(path="/api/mailings/", body=body)


def measure_calls(
    url: str, key: str, calls: Sequence[Call], *, per_second: float, count: int
) -> list[list[float]]:
    """The seconds from when each request was due to its whole answer, by call; `count` of each.

    The calls take turns, and all of them together leave at `per_second`.
    """
    return asyncio.run(_measure(url, key, calls, per_second=per_second, count=count))


def call_once(url: str, key: str, call: Call) -> tuple[Any, float]:
    """The answer, and the seconds it took."""

    async def once() -> tuple[Any, float]:
        async with _build_client(key) as client:
            started = time.perf_counter()
            answer = await _send(client, url, call)
            return answer, time.perf_counter() - started

    return asyncio.run(once())


async def _measure(
    url: str, key: str, calls: Sequence[Call], *, per_second: float, count: int
) -> list[list[float]]:
    seconds: list[list[float]] = [[] for _ in calls]
    async with _build_client(key) as client, asyncio.TaskGroup() as group:
        await _warm_up(client, url, calls)
        unanswered: set[asyncio.Task[None]] = set()
        first_due = time.perf_counter()
        for number in range(count * len(calls)):
            due = first_due + number / per_second
            await asyncio.sleep(due - time.perf_counter())
            which = number % len(calls)
            task = group.create_task(_time(client, url, calls[which], due, seconds[which]))
            unanswered.add(task)
            task.add_done_callback(unanswered.discard)
            if len(unanswered) > MOST_UNANSWERED:
                raise RuntimeError(f"{url} leaves {MOST_UNANSWERED} requests unanswered")
    return seconds


async def _time(client: Client, url: str, call: Call, due: float, seconds: list[float]) -> None:
    await _send(client, url, call)
    seconds.append(time.perf_counter() - due)


async def _warm_up(client: Client, url: str, calls: Sequence[Call]) -> None:
    """Many at once, so that each of the server's threads has its connection and its caches."""
    for call in calls:
        for _ in range(WARM_UP_ROUNDS):
            await asyncio.gather(*(_send(client, url, call) for _ in range(WARM_UP_AT_ONCE)))


async def _send(client: Client, url: str, call: Call) -> Any:
    if call.body is None:
        request = client.get(url + call.path).build()
    else:
        body = json.dumps(call.body()).encode()
        request = client.post(url + call.path).body_bytes(body).build()
    response = await request.send()
    answer = bytes(await response.bytes())
    if not 200 <= response.status < 300:
        raise RuntimeError(f"{call.path} answered {response.status}: {answer[:200]!r}")
    return json.loads(answer)


def _build_client(key: str) -> Client:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return ClientBuilder().no_proxy().timeout(TIMEOUT).default_headers(headers).build()


def _hours_later(moment: datetime) -> datetime:
    return moment + timedelta(hours=2)
