"""What can be sent in time is (rule 15), and no mailing starves (rule 12): on random loads.

`python -m tests.benchmarks.feasible` tries a thousand.
"""

from random import Random

import pytest

from notification_service.mailings import hurry
from tests.delivery.simulation.feasible.loads import Load, LoadedMailing, random_load
from tests.delivery.simulation.feasible.optimum import most_sent
from tests.delivery.simulation.feasible.outcome import Outcome, outcome_of
from tests.depth import examples

SEEDS = range(1, 1 + examples(30))
LEAST_TURNS = 200  # claims without a message, of a mailing that has time while another has not


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [outcome_of(seed) for seed in SEEDS]


def test_hardly_a_message_expires_that_need_not(outcomes: list[Outcome]) -> None:
    assert min(outcome.needless for outcome in outcomes) >= 0  # or the optimum would be wrong
    assert sum(o.needless for o in outcomes) <= 0.01 * sum(o.messages for o in outcomes)


def test_what_can_be_sent_as_a_whole_is(outcomes: list[Outcome]) -> None:
    feasible = [outcome for outcome in outcomes if outcome.possible == outcome.messages]
    assert len(feasible) >= len(outcomes) / 2
    assert sum(o.needless for o in feasible) <= 0.005 * sum(o.messages for o in feasible)


def test_every_mailing_gets_something_of_the_first_claim_and_none_starves(outcomes: list[Outcome]) -> None:
    assert sum(outcome.late for outcome in outcomes) == 0
    assert max(outcome.longest_wait for outcome in outcomes) <= LEAST_TURNS


def test_equal_shares_alone_would_let_far_more_expire(
    outcomes: list[Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hurry, "LEAST_EQUAL", 1.0)
    equal = [outcome_of(seed) for seed in SEEDS]
    assert sum(o.needless for o in equal) > 5 * sum(o.needless for o in outcomes)


@pytest.mark.parametrize("seed", range(25))
def test_the_optimum_is_that_of_a_search_message_by_message(seed: int) -> None:
    load = _small(Random(seed))
    assert most_sent(load) == _matched(load)


def _small(random: Random) -> Load:
    """An hour and a half across the opening of shops in one zone, and their closing in another."""
    mailings = []
    for mailing in random_load(random).mailings:
        starts = random.randrange(60)
        ends = starts + random.randint(1, 30)
        messages = {zone: random.randint(0, 12) for zone in mailing.messages}
        shifted = [hours for hours in mailing.hours if hours.opens.hour < 9]
        mailings.append(
            LoadedMailing(starts, ends, tuple(shifted), mailing.spread % (ends - starts), messages)
        )
    return Load(rate=random.randint(1, 2), minutes=90, mailings=mailings, workers=1)


def _matched(load: Load) -> int:
    """Give each message a place in a minute, moving others where it must."""
    wanted: list[set[int]] = []
    for mailing in load.mailings:
        for group in mailing.groups:
            since = (group.at - load.mailings[0].starts_at).total_seconds() / 60 + load.mailings[0].starts
            spans = mailing.open_minutes(group.zone)
            wanted += [{m for a, b in spans for m in range(a, b) if m >= since}] * group.messages
    places: dict[tuple[int, int], int] = {}

    def place(message: int, tried: set[tuple[int, int]]) -> bool:
        for minute in wanted[message]:
            for slot in range(load.rate):
                if (minute, slot) not in tried:
                    tried.add((minute, slot))
                    if (minute, slot) not in places or place(places[minute, slot], tried):
                        places[minute, slot] = message
                        return True
        return False

    return sum(place(message, set()) for message in range(len(wanted)))
