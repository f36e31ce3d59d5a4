"""The bare HTTP client's loop, to compare with: the same library, event loop and concurrency, nothing else.

`python -m tests.benchmarks.bare_client URL REQUESTS CONCURRENCY` prints requests a second.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

import uvloop

from notification_service.delivery.gateways.base import GatewaySettings, build_client


async def measure(url: str, requests: int, concurrency: int) -> float:
    endpoint = GatewaySettings(url, "bench", max_concurrency=concurrency)
    headers = {"Authorization": f"Bearer {endpoint.token}", "Content-Type": "application/json"}
    client = build_client(endpoint, headers=headers)
    ids: Iterator[int] = iter(range(1, requests + 1))

    async def send() -> None:
        for message_id in ids:
            body = f'{{"id": {message_id}, "phone": 79000000000, "text": "Hello"}}'.encode()
            request = client.post(f"{url}/v1/send/{message_id}").body_bytes(body).build()
            response = await request.send()
            assert response.status == 200
            assert (await response.json())["code"] == 0

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(concurrency)))
    return requests / (time.perf_counter() - started)


def requests_per_second(url: str, requests: int, concurrency: int) -> float:
    """Of the loop in a process of its own."""
    arguments = [url, str(requests), str(concurrency)]
    command = [sys.executable, "-m", "tests.benchmarks.bare_client", *arguments]
    finished = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return float(finished.stdout)


if __name__ == "__main__":
    print(uvloop.run(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
