"""What is foretold comes true in a simulated world. `python -m tests.benchmarks.forecast`: fifty times."""

from collections.abc import Iterator

import pytest
import structlog

from tests.delivery.simulation.forecasts import check


@pytest.fixture(autouse=True)
def _is_silent() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


# Of these, two lack a rate, one lacks time for a zone's hours, and one waits for latency beside two others.
# In the last two, what is divided equally grows while the more urgent one is drained.
@pytest.mark.parametrize("seed", [28, 38, 44, 25, 23, 35])
def test_a_forecast_comes_true(seed: int) -> None:
    result = check(seed)
    assert (result.finish_error <= 1, result.unreached_error <= 1) == (True, True)


@pytest.mark.parametrize("seed", [3, 12, 50])
def test_a_forecast_of_what_is_spread_comes_true(seed: int) -> None:
    result = check(seed, is_spread=True)
    assert (result.finish_error <= 1, result.unreached_error <= 1) == (True, True)
