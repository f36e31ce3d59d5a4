"""The forecast beside what the engine does in a simulated world: `python -m tests.benchmarks.forecast`."""

import os
import sys
from typing import TYPE_CHECKING

import django
import structlog

if TYPE_CHECKING:
    from tests.delivery.simulation.forecasts import Result

RUNS = 50


def line(result: "Result") -> str:
    foretold = result.forecast.finishes_at
    finish = "-" if foretold is None else f"{foretold - result.plan.loads[0].starts:.0f}"
    took = "-" if result.took is None else f"{result.took:.0f}"
    return (
        f"{result.plan.seed:4} {len(result.plan.loads)} mailings {result.forecast.total:6} clients "
        f"finish {finish:>5} / {took:>5} s, unreached {result.forecast.missed:6} / {result.unreached:6}, "
        f"{result.forecast.limited_by or '-'}{'' if result.is_right else '  WRONG'}"
    )


def main(runs: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    django.setup()
    from tests.delivery.simulation.forecasts import check

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    right = 0
    for seed in range(1, runs + 1):
        result = check(seed)
        right += result.is_right
        print(line(result), flush=True)
    print(f"{right} of {runs} right")
    return 0 if right == runs else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
