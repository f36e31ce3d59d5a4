import pytest

from notification_service.mailings.forecast.sharing import Demand, divide
from notification_service.mailings.hurry import LEAST_EQUAL

ALL = 1e12


def demand(a_second: float, *, left: float = 1, seconds: float = 1000) -> Demand:
    return Demand(a_second, left, seconds, closing=seconds)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([ALL], [90]),
        ([ALL, ALL], [45, 45]),
        ([ALL, 10, ALL], [40, 10, 40]),
        ([20, 10], [20, 10]),
        ([ALL, 0], [90, 0]),
        ([], []),
    ],
)
def test_while_there_is_time_mailings_share_equally_what_they_can_use(
    wanted: list[float], given: list[float]
) -> None:
    assert divide(90, [demand(each) for each in wanted]) == pytest.approx(given)


@pytest.mark.parametrize("wanted", [ALL, 60])
def test_once_time_is_short_whoever_has_least_to_spare_gets_all_but_the_least_part_for_the_others(
    wanted: float,
) -> None:
    hasty, other = demand(wanted, left=60_000, seconds=1000), demand(ALL, left=1000, seconds=5000)
    floor = 100 * LEAST_EQUAL / 2
    most = min(wanted, 100 - floor)
    assert divide(100, [other, hasty]) == pytest.approx([100 - most, most])
