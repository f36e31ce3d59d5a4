"""What becomes of a random load, against the best that is possible."""

from dataclasses import dataclass
from random import Random

from tests.delivery.simulation.feasible.claims import Claims
from tests.delivery.simulation.feasible.loads import random_load
from tests.delivery.simulation.feasible.optimum import most_sent


@dataclass(frozen=True, slots=True)
class Outcome:
    seed: int
    messages: int
    sent: int
    possible: int  # to send
    longest_wait: int
    late: int  # mailings that got nothing of the first claim

    @property
    def needless(self) -> int:
        return self.possible - self.sent


def outcome_of(seed: int, *, is_spread: bool = False) -> Outcome:
    load = random_load(Random(seed), is_spread=is_spread)
    result = Claims(load, Random(seed)).run()
    possible = load.messages if result.sent == load.messages else most_sent(load)
    return Outcome(seed, load.messages, result.sent, possible, result.longest_wait, len(result.late))
