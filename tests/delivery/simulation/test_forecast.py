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
@pytest.mark.parametrize("seed", [28, 38, 44, 25])
def test_a_forecast_comes_true(seed: int) -> None:
    result = check(seed)
    assert (result.finish_error <= 1, result.unreached_error <= 1) == (True, True)
