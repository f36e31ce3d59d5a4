"""The figures of a day equal a count over the rows of its messages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notification_service.mailings.models import Gateway
from notification_service.reports.figures import MOST_MAILINGS, MOST_REASONS, read_day
from tests.factories import make_mailing, make_messages, make_running_mailing, now
from tests.reasons import held_for, http_status
from tests.reports.day import end, rows, seed_day

pytestmark = pytest.mark.django_db

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = date(2026, 11, 24)
MIDNIGHT = datetime(2026, 11, 23, 21, tzinfo=UTC)  # in Moscow
MINUTE = timedelta(minutes=1)


def test_the_figures_of_a_day_equal_a_count_over_the_messages_of_the_day() -> None:
    inside = [seed_day(MIDNIGHT), seed_day(MIDNIGHT + timedelta(days=1) - 15 * MINUTE)]
    before = seed_day(MIDNIGHT - 15 * MINUTE)
    seed_day(MIDNIGHT + timedelta(days=1))
    figures = read_day(DAY, zone=MOSCOW)
    assert figures.ended == rows(inside)
    assert figures.ended["sent"] == 10
    assert figures.ended_the_day_before == rows([before])
    assert figures.failures == [(http_status(400), 6), (http_status(422), 2)]


def test_the_report_lists_the_mailings_that_started_or_ended_in_the_day() -> None:
    seed_day(MIDNIGHT - timedelta(days=1))
    ended = seed_day(MIDNIGHT - MINUTE / 2)
    both = seed_day(MIDNIGHT)
    started = seed_day(MIDNIGHT + timedelta(days=1) - MINUTE)
    seed_day(MIDNIGHT + timedelta(days=1))
    figures = read_day(DAY, zone=MOSCOW)
    assert [line.mailing for line in figures.mailings] == [ended, both, started]
    assert (figures.started, figures.finished, figures.more_mailings) == (2, 2, 0)
    assert figures.mailings[1].counts["total"] == 12


def test_the_report_leaves_out_deleted_mailings() -> None:
    mailing = seed_day(MIDNIGHT)
    type(mailing).objects.filter(pk=mailing.pk).update(deleted_at=now())
    figures = read_day(DAY, zone=MOSCOW)
    assert (set(figures.ended.values()), figures.mailings, figures.failures) == ({0}, [], [])


def test_the_report_lists_the_problems_that_need_a_person_now() -> None:
    held = Gateway.objects.create(name="b", url="http://8.8.8.8", held_at=now(), **held_for(http_status(401)))
    Gateway.objects.create(name="c", url="http://8.8.8.8", enabled=False, held_at=now())
    paused = make_running_mailing(status="paused")
    make_mailing()
    figures = read_day(DAY, zone=MOSCOW)
    assert (figures.held, figures.paused) == ([held], [paused])


def test_a_long_list_of_the_report_is_cut_with_a_note() -> None:
    at = {"started_at": MIDNIGHT, "finished_at": MIDNIGHT + MINUTE, "status": "finished"}
    for _ in range(MOST_MAILINGS + 2):
        make_running_mailing(**at)
    busy = seed_day(MIDNIGHT + MINUTE)
    for number in range(MOST_REASONS):
        end(make_messages(busy, 1), "failed", **http_status(500 + number).columns)
    busy.quarterfailure_set.update(quarter=MIDNIGHT)
    figures = read_day(DAY, zone=MOSCOW)
    assert (len(figures.mailings), figures.more_mailings) == (MOST_MAILINGS, 3)
    assert (len(figures.failures), figures.more_failures) == (MOST_REASONS, 2)


def test_the_figures_of_a_day_take_thirteen_queries_at_any_size(
    django_assert_num_queries: Any,
) -> None:
    seed_day(MIDNIGHT)
    for _ in range(3):
        with django_assert_num_queries(13):
            read_day(DAY, zone=MOSCOW)
        seed_day(MIDNIGHT)
