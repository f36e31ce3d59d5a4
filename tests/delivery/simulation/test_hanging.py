"""Messages that hang slow down the well ones of their mailing only where there is no place for more of them.

A worker has 16 requests at once of 0.05 s each: 320 a second. A message that hangs takes 10 s, each time.
"""

from collections.abc import Iterator

import pytest
import structlog

from notification_service.delivery.limits.stragglers import TIMES
from tests.delivery.simulation.test_poison import count_within
from tests.delivery.simulation.world import LATENCY_SECONDS, TIMEOUT_SECONDS, WELL, Outage, World

CONCURRENCY = 16
A_SECOND = 320
LOST = 0.1  # of their rate, at most
MESSAGES = 6000
PLACES = (TIMES + 1) * CONCURRENCY
MOST_SHARE = TIMES * LATENCY_SECONDS / TIMEOUT_SECONDS  # for which there are places


@pytest.fixture(autouse=True)
def _is_silent() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("kind", ["hang", "trickle"])
@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, MOST_SHARE])
def test_well_messages_keep_their_rate_among_some_that_hang(kind: str, share: float) -> None:
    world = World()
    hanging = int(MESSAGES * share)
    world.add_mailing((kind, hanging), (WELL, MESSAGES - hanging))
    took = world.run(until=world.are_sent(count=MESSAGES - hanging), most_seconds=100)
    assert took <= MESSAGES / A_SECOND / (1 - LOST)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_well_messages_wait_for_no_more_than_one_attempt_of_those_that_hang(share: float) -> None:
    world = World()
    hanging = int(MESSAGES * share)
    world.add_mailing(("hang", hanging), (WELL, MESSAGES - hanging))
    took = world.run(until=world.are_sent(count=MESSAGES - hanging), most_seconds=200)
    assert took <= hanging * TIMEOUT_SECONDS / PLACES / (1 - LOST) + 2 * TIMEOUT_SECONDS


@pytest.mark.parametrize("workers", [1, 2])
def test_messages_that_hung_before_leave_places_to_those_of_their_mailing_that_come_later(
    workers: int,
) -> None:
    world = World(workers=workers)
    world.add_mailing(("hang", 1500), (WELL, 1500))
    world.add_to_mailing(1, (WELL, 1000), at=60)
    took = world.run(until=world.are_sent(count=2500), most_seconds=200) - 60
    assert took <= 5 + 1000 / A_SECOND


def test_messages_that_hung_before_are_asked_again_in_turns() -> None:
    world = World()
    world.add_mailing(("2 times hang", 1500), (WELL, 1500))
    assert world.run(until=world.are_sent("2 times hang", count=1500), most_seconds=300) < 300


@pytest.mark.parametrize("kind", ["500", "refused", "reset", "429"])
def test_an_outage_amid_messages_that_hang_is_over_as_soon_as_any_other(kind: str) -> None:
    world = World(outages=(Outage(5, 35, kind),))
    world.add_mailing((WELL, 19_000), ("hang", 1000))
    world.run(until=lambda: False, most_seconds=41)
    probes = world.gateway.asked_between(7, 35)
    assert max(count_within(2, probes)) == 1
    assert len(world.gateway.asked_between(40, 41)) >= (1 - LOST) * A_SECOND


def test_a_gateway_is_probed_while_what_it_was_asked_before_still_hangs() -> None:
    world = World(outages=(Outage(5, 9, "500"),))
    world.add_mailing((WELL, 19_000), ("hang", 1000))
    world.run(until=lambda: False, most_seconds=15)
    assert len(world.gateway.asked_between(14, 15)) >= (1 - LOST) * A_SECOND
