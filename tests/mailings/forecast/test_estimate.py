"""When a mailing is finished, or whom it does not reach. It is 8:00 in London, 11:00 in Moscow."""

from datetime import time

import pytest

from notification_service.mailings.forecast.estimate import Forecast, foretell
from notification_service.mailings.forecast.flow import Load
from notification_service.mailings.forecast.speed import Limit, Speed
from notification_service.mailings.send_window import Hours, SendWindow

NOW = 1_800_000_000.0
HOUR = 3600.0
MOSCOW, OMSK, LONDON = "Europe/Moscow", "Asia/Omsk", "Europe/London"
DAY = (SendWindow(time(9), time(21)),)
# 107 times a second by the gateway's limit are 100 requests.
SPEED = Speed("main", workers=1, concurrency=64, max_per_second=107, latency_seconds=0.1)


def load(*, hours: Hours = (), lasts: float = 10 * HOUR, **changes: float | None) -> Load:
    starts = changes.get("starts") or NOW
    zones = {MOSCOW: 36_000, OMSK: 0, LONDON: 0}
    return Load(starts, starts + lasts, zones, hours, changes.get("spread_minutes"))


def one(mailing: Load, *others: Load, speed: Speed = SPEED) -> Forecast:
    return foretell([mailing, *others], speed, at=NOW)


def seconds(forecast: Forecast) -> int | None:
    return None if forecast.finishes_at is None else round(forecast.finishes_at - NOW)


def test_a_mailing_alone_is_sent_at_the_rate_of_its_gateway() -> None:
    found = one(load())
    assert (seconds(found), found.sent, found.missed) == (360, 36_000, 0)
    assert (found.limited_by, found.needed_per_second) == (Limit.GATEWAY_RATE, None)


def test_a_mailing_that_starts_later_is_finished_later() -> None:
    assert seconds(one(load(starts=NOW + HOUR))) == 3960


def test_two_mailings_share_the_gateway_and_the_longer_one_has_it_alone_then() -> None:
    short = Load(NOW, NOW + HOUR, {MOSCOW: 9_000})
    assert seconds(one(short, load())) == 180
    assert seconds(one(load(), short)) == 450


def test_a_mailing_that_lacks_time_says_whom_it_leaves_out_and_what_would_be_needed() -> None:
    found = one(load(lasts=180))
    assert (seconds(found), found.sent, found.unreached) == (None, 18_000, {MOSCOW: 18_000})
    assert found.limited_by is Limit.GATEWAY_RATE
    # As the gateway's limit would have to be set, rounded up.
    assert 214 <= (found.needed_per_second or 0) <= 217


def test_what_others_send_meanwhile_is_part_of_what_is_needed() -> None:
    alone, beside = one(load(lasts=180)), one(load(lasts=180), load(lasts=170))  # in as much of a hurry
    assert beside.sent == pytest.approx(alone.sent / 2, rel=0.05)
    assert (beside.needed_per_second or 0) >= 1.9 * (alone.needed_per_second or 0)


def test_clients_whose_hours_come_later_wait_for_them() -> None:
    mailing = Load(NOW, NOW + 10 * HOUR, {MOSCOW: 1_000, LONDON: 1_000}, DAY)  # London opens in an hour
    found = one(mailing)
    assert (seconds(found), found.limited_by) == (3610, Limit.HOURS)


def test_clients_whose_hours_come_after_the_end_are_left_out_at_any_rate() -> None:
    mailing = Load(NOW, NOW + HOUR / 2, {MOSCOW: 1_000, LONDON: 40, "Europe/Dublin": 2}, DAY)
    found = one(mailing)
    assert found.unreached == {LONDON: 40, "Europe/Dublin": 2}
    assert (found.sent, found.limited_by, found.needed_per_second) == (1_000, Limit.HOURS, None)


def test_clients_whose_hours_close_first_wait_until_the_next_day() -> None:
    mailing = Load(NOW, NOW + 48 * HOUR, {OMSK: 4_320_000}, DAY)  # 14:00 there: 7 of the 12 hours it takes
    assert seconds(one(mailing)) == round(24 * HOUR)


def test_a_mailing_that_is_spread_is_finished_at_the_end_of_the_spread() -> None:
    found = one(load(spread_minutes=180))
    assert (seconds(found), found.limited_by) == (10_800, Limit.SPREAD)


def test_a_spread_that_is_too_quick_for_the_gateway_does_not_matter() -> None:
    found = one(load(spread_minutes=100 / 60))
    assert (seconds(found), found.limited_by) == (360, Limit.GATEWAY_RATE)


def test_a_spread_begins_in_each_zone_when_its_hours_open() -> None:
    mailing = Load(NOW, NOW + 10 * HOUR, {MOSCOW: 1_000, LONDON: 1_000}, DAY, spread_minutes=120)
    found = one(mailing)  # London opens in an hour
    assert (seconds(found), found.limited_by) == (3 * HOUR, Limit.SPREAD)
    assert 490 <= sum(sent for at, sent in found.curve if at == NOW + HOUR) <= 510


def test_a_mailing_under_way_is_spread_over_what_is_left_of_its_time() -> None:
    mailing = Load(NOW, NOW + 10 * HOUR, {MOSCOW: 1_000}, spread_minutes=180, begins=NOW - 2 * HOUR)
    assert seconds(one(mailing)) == HOUR


def test_of_zones_that_are_open_the_one_with_the_least_time_is_sent_first() -> None:
    hours = (SendWindow(time(9), time(14, 3)),)  # for three minutes in Omsk
    found = one(Load(NOW, NOW + HOUR, {MOSCOW: 36_000, OMSK: 36_000}, hours))
    assert found.unreached == {OMSK: 18_000}


@pytest.mark.parametrize(
    ("speed", "limited_by", "lasts"),
    [
        (Speed("main", 1, 10, latency_seconds=0.5), Limit.GATEWAY_LATENCY, 1_800),
        (Speed("main", 1, 10, max_per_second=10.7, latency_seconds=0.5), Limit.GATEWAY_RATE, 3_600),
        (Speed("main", 2, 64, latency_seconds=1e-3, worker_per_second=50, is_busy=True), Limit.WORKERS, 360),
        (Speed("main", 1, 10, latency_seconds=0.5, worker_per_second=18), Limit.GATEWAY_LATENCY, 2_000),
        (Speed("main", 1, 64, 107, 0.01, worker_per_second=99.5), Limit.GATEWAY_RATE, 360),
    ],
)
def test_the_slowest_of_the_gateway_and_the_workers_is_the_limit(
    speed: Speed, limited_by: Limit, lasts: int
) -> None:
    found = one(load(), speed=speed)
    assert (seconds(found), found.limited_by) == (lasts, limited_by)


def test_without_workers_nobody_is_reached() -> None:
    found = one(load(), speed=Speed("main", 0, 0))
    assert (found.sent, found.missed, found.limited_by) == (0, 36_000, Limit.WORKERS)
    assert (found.needed_per_second or 0) <= 1.1


def test_a_small_mailing_has_no_limit_worth_a_word() -> None:
    assert one(Load(NOW, NOW + HOUR, {MOSCOW: 100})).limited_by is None


def test_an_audience_of_nobody_is_an_answer() -> None:
    assert one(Load(NOW, NOW + HOUR, {})) == Forecast(0, 0, None, {}, speed=SPEED)


def test_a_zone_that_this_machine_does_not_know_is_not_reached_where_there_are_hours() -> None:
    found = one(Load(NOW, NOW + 48 * HOUR, {"Mars/Olympus": 5, MOSCOW: 5}, DAY))
    assert (found.unreached, found.limited_by) == ({"Mars/Olympus": 5}, Limit.HOURS)


def test_what_lasts_longer_than_anybody_looks_ahead_goes_on_as_until_then() -> None:
    """A day of the mailing's hours takes 4,320,000 messages."""
    year = 365 * 24 * HOUR
    zones = dict.fromkeys(("Asia/Omsk", "Asia/Yakutsk", "Europe/Samara", MOSCOW, LONDON), 300_000_000)
    found = one(Load(NOW, NOW + 10 * year, zones, DAY))
    assert found.missed == 0
    assert found.finishes_at is not None
    assert 100 * 24 * HOUR < found.finishes_at - NOW < year


def test_a_mailing_of_next_year_is_foretold_beside_one_that_never_ends() -> None:
    zones = dict.fromkeys(("Asia/Omsk", "Asia/Yakutsk", "Europe/Samara", MOSCOW, LONDON), 10**9)
    other = Load(NOW, NOW + 10 * 365 * 24 * HOUR, zones, DAY)
    starts = NOW + 400 * 24 * HOUR
    found = one(Load(starts, starts + HOUR, {MOSCOW: 36_000}), other)
    assert (seconds(found), found.missed) == (round(starts - NOW + 360), 0)
