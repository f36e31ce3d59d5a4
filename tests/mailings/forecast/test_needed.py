"""The least rate that is enough, and in how many looks it is found."""

from collections.abc import Callable

import pytest

from notification_service.mailings.forecast.needed import Point, least_enough


def found(
    short: Callable[[float], float], *, rate: float = 10.0, sent: float = 1_000.0, about: float = 1.0
) -> tuple[float, int]:
    """Return it, and how many rates were looked at."""
    looks = []

    def short_at(rate: float) -> float:
        looks.append(rate)
        return max(0.0, short(rate))

    least = least_enough(Point(rate, short(rate)), sent, short_at, about=about)
    assert least is not None
    return least, len(looks)


def test_where_what_goes_out_grows_as_the_rate_does_two_looks_are_enough() -> None:
    least, looks = found(lambda rate: 3_000 - 100 * rate)
    assert 30 <= least <= 30.3
    assert looks == 2


@pytest.mark.parametrize(
    "short",
    [
        lambda rate: 3_000 - 70 * rate,
        lambda rate: 5_000 / rate - 10,
        lambda rate: 400 - rate,
        lambda rate: 1_000 if rate < 77 else 0,
        lambda rate: 10_000 - 2_000 * rate**0.5,
    ],
)
def test_it_is_right_to_a_hundredth_whatever_the_curve(short: Callable[[float], float]) -> None:
    least, looks = found(short)
    assert short(least) <= 0.5
    assert short(0.99 * least) > 0
    assert looks <= 20


def test_it_is_found_from_no_rate_at_all() -> None:
    least, _ = found(lambda rate: 500 - 10 * rate, rate=0.0, sent=0.0)
    assert 49.9 <= least <= 50.5


def test_where_nothing_goes_out_a_good_first_guess_takes_two_looks() -> None:
    least, looks = found(lambda rate: 3 - 1_000 * rate, rate=0.0, sent=0.0, about=0.0025)
    assert 0.0025 <= least <= 0.00263
    assert looks == 2


def test_where_no_rate_is_enough_there_is_none() -> None:
    assert least_enough(Point(10, 1_000), 1_000, lambda _: 1_000) is None
