import pytest

from notification_service.mailings.forecast.sharing import Demand, divide

ALL = 1e12


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([ALL], [90]),
        ([ALL, ALL], [45, 45]),
        ([ALL, 10, ALL], [40, 10, 40]),
        ([20, 10], [20, 10]),
        ([], []),
    ],
)
def test_mailings_share_equally_what_they_can_use(wanted: list[float], given: list[float]) -> None:
    assert divide(90, [Demand(each, closes=1) for each in wanted], equal_part=1) == pytest.approx(given)


@pytest.mark.parametrize(
    ("wanted", "closes", "given"),
    [
        ([ALL, ALL], [2, 1], [25, 75]),
        ([ALL, 60], [2, 1], [40, 60]),
        ([ALL, 10], [1, 2], [90, 10]),
    ],
)
def test_above_a_part_that_is_equal_what_closes_first_goes_first(
    wanted: list[float], closes: list[float], given: list[float]
) -> None:
    demands = [Demand(*each) for each in zip(wanted, closes, strict=True)]
    assert divide(100, demands, equal_part=0.5) == pytest.approx(given)
