"""Messages that fail for their own sake hold up no others, whatever is wrong with them and however many.

A worker has 16 requests at once of 0.05 s each: 320 a second.
"""

from collections.abc import Iterator

import pytest
import structlog

from tests.delivery.simulation.world import SLOW, WELL, Outage, World

A_SECOND = 320
LOST = 0.1  # of their rate, at most
MESSAGES = 6000
IN_TROUBLE = ("500", "429", "429 for 30 s", "429 for a year", "503 until 2027", "reset")
ALIVE = ("400", "418", "302", "204", "HTML", "code 7", "3 MB")
EVERY_WAY = (*IN_TROUBLE, *ALIVE, *sorted(SLOW))


@pytest.fixture(autouse=True)
def _is_silent() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        *((kind, share) for kind in ("500", "429", "429 for 30 s", "reset") for share in (0.1, 0.5, 0.9)),
        *((kind, 0.5) for kind in ALIVE),
        ("500", 0.95),
        ("400", 0.99),
    ],
)
def test_well_messages_keep_their_rate_among_poison(kind: str, share: float) -> None:
    world = World()
    poison = int(MESSAGES * share)
    world.add_mailing((kind, poison), (WELL, MESSAGES - poison))
    took = world.run(until=world.are_sent(count=MESSAGES - poison), most_seconds=100)
    assert took <= MESSAGES / A_SECOND / (1 - LOST)


@pytest.mark.parametrize(
    ("kind", "seed"),
    [*((kind, 1) for kind in EVERY_WAY), *((kind, n) for kind in ("429", "hang") for n in range(2, 13))],
)
def test_a_mailing_keeps_its_share_beside_one_of_nothing_but_poison(kind: str, seed: int) -> None:
    world = World(seed=seed)
    world.add_mailing((kind, 400))
    world.add_mailing((WELL, 1000))
    took = world.run(until=world.are_sent(count=1000), most_seconds=100)
    assert took <= 2 * 1000 / A_SECOND / (1 - LOST)  # as beside a mailing of any size


@pytest.mark.parametrize("kind", ["500", "reset", "429", "hang"])
def test_a_mailing_that_comes_later_starts_in_spite_of_poison_that_is_left_alone(kind: str) -> None:
    world = World()
    world.add_mailing((kind, 400))
    world.add_mailing((WELL, 300), at=20)
    took = world.run(until=world.are_sent(count=300), most_seconds=100) - 20
    assert took <= 5 + 300 / A_SECOND * 2  # a probe's interval and a slow start


@pytest.mark.parametrize(("workers", "seed"), [(1, 2), (1, 5), (2, 1), (2, 2)])
def test_a_gateway_that_is_held_for_poison_alone_is_not_held_for_it_again(workers: int, seed: int) -> None:
    world = World(seed=seed, workers=workers)
    world.add_mailing(("500", 99 * 60), (WELL, 60))
    took = world.run(until=world.are_sent(count=60), most_seconds=1000)
    assert world.queue.breaker.times_held == 1
    assert took - world.queue.breaker.released_at <= 5 + MESSAGES / A_SECOND / (1 - LOST)


@pytest.mark.parametrize("seconds", [0.3, 1, 3])
def test_a_gateway_that_dies_again_and_again_is_left_alone_as_soon_each_time(seconds: float) -> None:
    deaths = [5 + n * (10 + 4 + seconds) for n in range(4)]
    world = World(outages=tuple(Outage(at, at + 10, "500") for at in deaths))
    world.add_mailing((WELL, 30_000))
    world.run(until=lambda: False, most_seconds=deaths[-1] + 10)
    assert max(len(world.gateway.asked_between(at, at + 10)) for at in deaths) <= 250


def test_a_mailing_in_which_much_is_wrong_the_first_time_is_finished() -> None:
    world = World(max_concurrency=64)
    once = [
        f"1 times {kind}" for kind in EVERY_WAY if kind not in ("400", "429 for a year", "503 until 2027")
    ]
    wrong = [(kind, 30) for kind in (*once, "2 times 500")]
    world.add_mailing((WELL, 3000), ("400", 50), *wrong)
    repaired = [world.are_sent(kind, count=count) for kind, count in wrong]
    took = world.run(until=lambda: all(done() for done in repaired), most_seconds=100)
    assert took <= 40
    assert world.sent() == 3000


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", ["refused", "500", "reset", "hang", "429"])
def test_a_dead_gateway_is_left_alone_and_is_at_full_speed_soon_after(kind: str, workers: int) -> None:
    world = World(outages=(Outage(5, 35, kind),), workers=workers)
    world.add_mailing((WELL, 12_000))
    world.add_mailing((WELL, 12_000))
    world.run(until=lambda: False, most_seconds=41)
    found_out = 5 + 2 + 10 * (kind in SLOW)  # by when its breaker is open
    probes = world.gateway.asked_between(found_out, 35)
    assert max(count_within(2, probes)) == 1
    assert len(world.gateway.asked_between(5, found_out)) <= 250 * workers
    assert len(world.gateway.asked_between(40, 41)) >= (1 - LOST) * A_SECOND * workers


@pytest.mark.parametrize("workers", [1, 2])
def test_a_gateway_that_asks_to_be_left_alone_is_and_comes_back_gently(workers: int) -> None:
    world = World(outages=(Outage(0, 25, "429 for 30 s"),), workers=workers)
    world.add_mailing((WELL, 5000))
    world.run(until=world.are_sent(count=5000), most_seconds=100)
    asked = [at for at, _ in world.gateway.asked]
    at_once = [at for at in asked if at < 2]
    assert len(at_once) <= 200
    first, *others = [at for at in asked if at > 2]
    assert first >= 30
    assert len([at for at in others if at < first + 0.2]) <= 8 * workers
    assert world.sent() == 5000


def count_within(seconds: float, times: list[float]) -> list[int]:
    """How many there are in each such window that begins with one of them; a little less, for floats."""
    return [sum(at <= other < at + seconds - 1e-6 for other in times) for at in times]
