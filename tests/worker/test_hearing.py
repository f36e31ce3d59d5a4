"""Whether a worker hears from the broker, and what it does while it does not."""

import pytest

from notification_service.worker.hearing import Hearing

INTERVAL = 10


class World:
    """A clock, and a broker that is asked for a word."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked_at: list[float] = []

    def hearing(self, *listens_to: str) -> Hearing:
        return Hearing(
            queues=["celery", "workers"],
            listens_to=listens_to or ["celery", "workers"],
            ask=lambda: self.asked_at.append(self.now),
            interval_seconds=INTERVAL,
            clock=lambda: self.now,
        )

    def pass_by(self, hearing: Hearing, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            hearing.look()


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_known_before_the_first_word(world: World) -> None:
    assert world.hearing().silent_seconds is None


def test_a_worker_that_hears_every_interval_asks_for_nothing(world: World) -> None:
    hearing = world.hearing()
    for _ in range(5):
        hearing.hear()
        world.pass_by(hearing, INTERVAL)
    assert (world.asked_at, hearing.silent_seconds) == ([], 0)


def test_a_worker_asks_every_second_for_its_first_word(world: World) -> None:
    world.pass_by(world.hearing(), 4)
    assert world.asked_at == [1, 2, 3, 4]


def test_a_worker_that_misses_a_call_asks_for_one(world: World) -> None:
    hearing = world.hearing()
    hearing.hear()
    world.pass_by(hearing, 29)
    assert (world.asked_at, hearing.silent_seconds) == ([15], 0)


def test_a_broker_that_is_asked_in_vain_is_silent_until_it_is_heard(world: World) -> None:
    hearing = world.hearing()
    hearing.hear()
    world.pass_by(hearing, 31)
    assert hearing.silent_seconds == 31
    hearing.hear()
    world.pass_by(hearing, 1)
    assert hearing.silent_seconds == 0


@pytest.mark.parametrize("queue", ["celery", "workers"])
def test_a_worker_that_lacks_a_queue_is_silent_whatever_it_hears(world: World, queue: str) -> None:
    hearing = world.hearing(queue)
    for _ in range(31):
        hearing.hear()
        world.pass_by(hearing, 1)
    assert hearing.silent_seconds == 31
