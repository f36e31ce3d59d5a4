"""A count that nobody waits for any more does not go on."""

from threading import Thread

import pytest
from django.db import connection

from notification_service.mailings import counting
from notification_service.mailings.counting import CountTooSlow, counting_in_time
from tests.journeys.service import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NAMED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND query LIKE 'SELECT pg_sleep%%'"


class SlowCount(Thread):
    """Counts of a form that take longer than anybody waits."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.is_cancelled = False

    def run(self) -> None:
        try:
            with counting_in_time(key=self.key), connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(600)")
        except CountTooSlow:
            self.is_cancelled = True
        finally:
            connection.close()

    def runs(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(NAMED, [f"count {self.key}"])
            return bool(cursor.fetchone()[0])


def test_a_later_count_of_the_same_form_cancels_the_one_before_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "COUNT_SECONDS", 600)
    slow, other = SlowCount("of-this-form"), SlowCount("of-another-form")
    for each in (slow, other):
        each.start()
        wait_until(each.runs, what="the count")
    with counting_in_time(key="of-this-form"):
        pass
    slow.join()
    assert slow.is_cancelled
    assert other.runs()
    with counting_in_time(key="of-another-form"), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        assert cursor.fetchone() == ("count of-another-form",)
    other.join()
    assert other.is_cancelled


def test_a_session_has_its_own_name_again_after_a_count() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name'), current_setting('work_mem')")
        before = cursor.fetchone()
        with counting_in_time(key="of-this-form"):
            pass
        cursor.execute("SELECT current_setting('application_name'), current_setting('work_mem')")
        assert cursor.fetchone() == before
