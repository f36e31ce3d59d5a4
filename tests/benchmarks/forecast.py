"""The forecast beside what the engine does in a simulated world: `python -m tests.benchmarks.forecast`."""

import argparse
import os
import sys
import time
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


def cost(days: int) -> float:
    """Of a forecast, without reading anything: the median of ten, in milliseconds.

    A week is enough for all; a day is not, so that the needed rate is looked for as well.
    """
    from notification_service.mailings.forecast.estimate import foretell
    from notification_service.mailings.forecast.flow import Load
    from notification_service.mailings.forecast.speed import Speed
    from tests.delivery.simulation.clock import BEGINNING
    from tests.delivery.simulation.forecasts import OFFICE_HOURS, RUSSIA

    load = Load(BEGINNING, BEGINNING + days * 86_400, dict.fromkeys(RUSSIA, 90_909), OFFICE_HOURS)
    speed = Speed("main", workers=4, concurrency=256, max_per_second=100, latency_seconds=0.2)
    spent = []
    for _ in range(10):
        began = time.process_time()
        foretell([load] * 10, speed, at=BEGINNING)
        spent.append(time.process_time() - began)
    return 1000 * sorted(spent)[5]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=1, help="of the first plan; the others follow")
    parser.add_argument("--spread", action="store_true", help="spread some of the mailings")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    django.setup()
    from tests.delivery.simulation.forecasts import check

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    right = 0
    for seed in range(options.seed, options.seed + options.runs):
        result = check(seed, is_spread=options.spread)
        right += result.is_right
        print(line(result), flush=True)
    print(f"{right} of {options.runs} right")
    for days in (7, 1):
        print(f"ten mailings of a million clients, in {days} days: {cost(days):.1f} ms of CPU")
    return 0 if right == options.runs else 1


if __name__ == "__main__":
    sys.exit(main())
