"""How many messages expire that need not: random loads, sent claim by claim, against the best possible.

`python -m tests.benchmarks.feasible --loads 1000 --seed 1`
"""

import argparse
import os
import time
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.delivery.simulation.feasible.outcome import Outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first load; the others follow")
    parser.add_argument("--spread", action="store_true", help="every mailing has hours and is spread")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://127.0.0.1:1/none")  # nothing is read from it
    django.setup()
    from tests.delivery.simulation.feasible.outcome import outcome_of

    began = time.monotonic()
    seeds = range(options.seed, options.seed + options.loads)
    outcomes = [outcome_of(seed, is_spread=options.spread) for seed in seeds]
    _print(outcomes, time.monotonic() - began)


def _print(outcomes: "list[Outcome]", seconds: float) -> None:
    messages, needless = sum(o.messages for o in outcomes), sum(o.needless for o in outcomes)
    feasible = [o for o in outcomes if o.possible == o.messages]
    missed = [o for o in feasible if o.needless]
    worst = sorted(outcomes, key=lambda o: o.needless / max(1, o.messages), reverse=True)[:5]
    print(f"{len(outcomes)} loads, {messages:,} messages, {seconds:.0f} s")
    print(f"expired that need not have: {needless:,}, {needless / messages:.3%} of all")
    lost = sum(o.needless for o in missed)
    print(f"loads of which all can be sent: {len(feasible)}; not all sent: {len(missed)} ({lost:,} messages)")
    print(f"longest wait of a mailing for a turn: {max(o.longest_wait for o in outcomes)} claims")
    late = sum(o.late for o in outcomes)
    print(f"mailings whose first message did not go with the first claim: {late}")
    for o in worst:
        print(f"  seed {o.seed}: {o.needless:,} of {o.messages:,} ({o.needless / max(1, o.messages):.2%})")


if __name__ == "__main__":
    main()
