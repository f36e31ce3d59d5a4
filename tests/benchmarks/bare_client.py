"""Bare loops to compare with: an HTTP client, an event loop and the same concurrency, nothing else.

`python -m tests.benchmarks.bare_client CLIENT URL REQUESTS CONCURRENCY` prints requests a second; CLIENT is
`pyreqwest`, the reference, or `wire`, the product's own.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping

import uvloop
from pyreqwest.client import ClientBuilder

from notification_service.delivery.outcome import Response
from notification_service.delivery.wire import Target, Wire, WireSettings

HEADERS = {"Authorization": "Bearer bench", "Content-Type": "application/json"}

Post = Callable[[str, bytes], Awaitable[bytes]]  # a path and a body to the body of a response with status 200


def pyreqwest_post(url: str) -> Post:
    builder = ClientBuilder().no_proxy().follow_redirects(False)
    client = builder.default_headers(HEADERS).build()

    async def post(path: str, body: bytes) -> bytes:
        response = await client.post(f"{url}{path}").body_bytes(body).build().send()
        assert response.status == 200
        return bytes(await response.bytes())

    return post


def wire_post(url: str) -> Post:
    wire = Wire(Target.from_url(url), WireSettings(), headers=HEADERS)

    async def post(path: str, body: bytes) -> bytes:
        response = await wire.ask(path, body)
        assert isinstance(response, Response)
        assert response.status == 200
        return response.body

    return post


CLIENTS: Mapping[str, Callable[[str], Post]] = {"pyreqwest": pyreqwest_post, "wire": wire_post}


async def measure(client: str, url: str, requests: int, concurrency: int) -> float:
    post = CLIENTS[client](url)
    ids: Iterator[int] = iter(range(1, requests + 1))

    async def send() -> None:
        for message_id in ids:
            body = f'{{"id": {message_id}, "phone": 79000000000, "text": "Hello"}}'.encode()
            assert json.loads(await post(f"/v1/send/{message_id}", body))["code"] == 0

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(concurrency)))
    return requests / (time.perf_counter() - started)


def requests_per_second(client: str, url: str, requests: int, concurrency: int) -> float:
    """Of the loop in a process of its own."""
    arguments = [client, url, str(requests), str(concurrency)]
    command = [sys.executable, "-m", "tests.benchmarks.bare_client", *arguments]
    finished = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return float(finished.stdout)


if __name__ == "__main__":
    print(uvloop.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
