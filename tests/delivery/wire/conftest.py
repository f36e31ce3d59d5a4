import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

Run = Callable[[Awaitable[Any]], Any]


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def run(request: pytest.FixtureRequest) -> Run:
    """As a worker's event loop does, and as a test send's."""

    def run(main: Any) -> Any:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main)

    return run
