"""A day's counts equal a count over the rows, and are read without looking at them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notification_service.mailings import stats
from notification_service.mailings.models import MinuteCount, QuarterFailure
from notification_service.mailings.reasons import Reason, Why
from tests.depth import examples
from tests.factories import make_attempt, make_clients_in_bulk, make_messages, make_running_mailing, now
from tests.mailings.test_stats import CLIENTS, INSERT, STATUSES, UPDATE, end, execute, take
from tests.reasons import http_status

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)

ENDED = """
SELECT coalesce(sum(sent), 0), coalesce(sum(failed), 0), coalesce(sum(expired), 0),
  coalesce(sum(cancelled), 0), coalesce(sum(unknown), 0) FROM mailings_minutecount
"""
ROWS = """
SELECT count(*) FILTER (WHERE status = 'sent'), count(*) FILTER (WHERE status = 'failed'),
  count(*) FILTER (WHERE status = 'expired'), count(*) FILTER (WHERE status = 'cancelled'),
  count(*) FILTER (WHERE status = 'unknown') FROM mailings_message
"""
REASONS = """
SELECT reason, reason_number, count(*) FROM mailings_message WHERE status IN ('failed', 'unknown')
GROUP BY 1, 2 ORDER BY 1, 2
"""
COUNTED_REASONS = """
SELECT reason, reason_number, sum(messages) FROM mailings_quarterfailure
GROUP BY 1, 2 HAVING sum(messages) <> 0 ORDER BY 1, 2
"""
FAIL = """
UPDATE mailings_message SET reason = %(reason)s, reason_number = nullif(%(number)s, 0)
WHERE mailing_id = %(mailing)s AND client_id %% 7 = %(share)s
"""


@pytest.mark.django_db
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(STATUSES), st.integers(0, 6), st.sampled_from("ab"), st.integers(0, 2)),
        max_size=12,
    )
)
def test_minute_and_quarter_counts_equal_the_rows_after_every_statement(
    taken: list[tuple[str, int, str, int]],
) -> None:
    with transaction.atomic():
        make_clients_in_bulk(CLIENTS)
        for share in range(7):
            take((INSERT, 1, "pending", share), execute)
        for status, share, reason, number in taken:
            execute(FAIL, {"mailing": 1, "share": share, "reason": reason, "number": number})
            take((UPDATE, 1, status, share), execute)
            assert execute(ENDED) == execute(ROWS)
            assert execute(COUNTED_REASONS) == execute(REASONS)
        transaction.set_rollback(True)


def day_around(moment: datetime) -> tuple[datetime, datetime]:
    start = moment.replace(minute=0, second=0, microsecond=0)
    return start - timedelta(hours=12), start + timedelta(hours=12)


@pytest.mark.django_db
def test_a_day_counts_the_ended_messages_of_every_mailing() -> None:
    [first, second] = [make_running_mailing(), make_running_mailing(status="finished", finished_at=now())]
    for mailing in (first, second):
        messages = make_messages(mailing, 16)
        for number, status in enumerate(stats.ENDS, start=1):
            batch = messages[:number]
            messages = messages[number:]
            end(batch, status, **({} if status == "sent" else http_status(400).columns))
        make_attempt(messages[0])
    assert stats.ended_between(*day_around(now())) == {
        "sent": 2,
        "failed": 4,
        "expired": 6,
        "cancelled": 8,
        "unknown": 10,
        "retried": 2,
    }
    assert stats.failures_between(*day_around(now())) == [(http_status(400), 14)]


@pytest.mark.django_db
def test_a_day_counts_only_the_minutes_of_the_day() -> None:
    since, until = datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 21, tzinfo=UTC)
    mailing = make_running_mailing(started_at=since - timedelta(days=1))
    for minute in (since - MINUTE, since, until - MINUTE, until):
        MinuteCount.objects.create(mailing=mailing, minute=minute, slot=1, sent=1)
    for quarter in (since - QUARTER, since, until - QUARTER, until):
        QuarterFailure.objects.create(mailing=mailing, quarter=quarter, reason="x", slot=1, messages=1)
    assert stats.ended_between(since, until)["sent"] == 2
    assert stats.failures_between(since, until) == [(Why(Reason.OTHER, text="x"), 2)]


@pytest.mark.django_db
def test_a_deleted_mailing_is_in_the_counts_of_no_day() -> None:
    mailing = make_running_mailing(deleted_at=now(), status="cancelled")
    end(make_messages(mailing, 2), "failed", reason="x")
    assert set(stats.ended_between(*day_around(now())).values()) == {0}
    assert stats.failures_between(*day_around(now())) == []


@pytest.mark.django_db
def test_a_day_is_read_through_the_indexes_of_its_mailings() -> None:
    execute(
        "INSERT INTO mailings_minutecount (mailing_id, minute, slot, sent)"
        " SELECT mailing, now() - make_interval(mins => minute), 0, 1"
        " FROM generate_series(1, 20) AS mailing, generate_series(1, 2500) AS minute"
    )
    make_running_mailing()
    execute("ANALYZE mailings_minutecount, mailings_mailing")
    with CaptureQueriesContext(connection) as asked:
        stats.ended_between(*day_around(now()))
    [query] = [query["sql"] for query in asked]
    assert "minute_count_slot" in "\n".join(line for (line,) in execute(f"EXPLAIN {query}"))
