"""Once a day, whoever calls and whatever the mail server does: with a real one."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from notification_service.reports.models import DailyReport
from notification_service.reports.posting import LONGEST_PAUSE, pause_after, send_due_report
from tests.reports.conftest import use_mail_server
from tests.reports.mail_server import MailServer

pytestmark = pytest.mark.django_db

EIGHT = datetime(2026, 11, 25, 5, tzinfo=UTC)  # in Moscow
DAY = date(2026, 11, 24)
OPS, BOSS = "ops@example.com", "boss@example.com"


def takers(server: MailServer) -> list[str]:
    return sorted(address for address, _ in server.taken)


def make_due() -> None:
    DailyReport.objects.update(next_attempt_at=Now())


def report() -> DailyReport:
    return DailyReport.objects.get()


def test_no_report_is_sent_before_its_hour(report_settings: Any, mail_server: MailServer) -> None:
    send_due_report(EIGHT - timedelta(seconds=1))
    assert (takers(mail_server), DailyReport.objects.count()) == ([], 0)


def test_each_address_gets_one_letter_however_often_the_task_runs(
    report_settings: Any, mail_server: MailServer
) -> None:
    for minutes in range(3):
        send_due_report(EIGHT + timedelta(minutes=minutes))
    assert takers(mail_server) == [BOSS, OPS]
    assert [letter["To"] for _, letter in mail_server.taken] == [OPS, BOSS]
    assert mail_server.connections == 1
    assert (report().day, report().waiting, report().next_attempt_at) == (DAY, [], None)


def test_no_report_is_made_without_addresses(report_settings: Any, mail_server: MailServer) -> None:
    report_settings.REPORT_TO = []
    send_due_report(EIGHT)
    assert (mail_server.connections, DailyReport.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_concurrent_tasks_send_one_report(report_settings: Any, mail_server: MailServer) -> None:
    together = threading.Barrier(6)

    def call() -> None:
        together.wait()
        send_due_report(EIGHT)
        connection.close()

    callers = [threading.Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert takers(mail_server) == [BOSS, OPS]


def test_a_service_that_was_down_sends_only_the_report_of_the_last_day(
    report_settings: Any, mail_server: MailServer, capsys: Any
) -> None:
    send_due_report(EIGHT - timedelta(days=3))
    send_due_report(EIGHT + timedelta(hours=15, minutes=59))
    days = list(DailyReport.objects.order_by("day").values_list("day", flat=True))
    assert days == [DAY - timedelta(days=3), DAY]
    assert len(mail_server.letters(OPS)) == 2


def test_a_report_is_sent_again_to_an_unreachable_server_under_the_same_message_id(
    report_settings: Any, mail_server: MailServer
) -> None:
    use_mail_server(report_settings, 1)
    send_due_report(EIGHT)
    assert (report().waiting, report().attempts) == ([OPS, BOSS], 1)
    assert "Connection refused" in report().error
    expected = report().message_id
    use_mail_server(report_settings, mail_server.port)
    send_due_report(EIGHT)
    assert takers(mail_server) == []  # its pause is not over
    make_due()
    send_due_report(EIGHT)
    assert takers(mail_server) == [BOSS, OPS]
    assert {letter["Message-ID"] for _, letter in mail_server.taken} == {expected}


def test_a_missing_setting_is_recorded_and_the_report_still_waits(
    report_settings: Any, mail_server: MailServer
) -> None:
    report_settings.EMAIL_HOST = report_settings.REPORT_FROM = ""
    send_due_report(EIGHT)
    assert (report().waiting, report().error) == ([OPS, BOSS], "EMAIL_HOST and REPORT_FROM: not set")
    assert report().message_id.endswith("@localhost>")


def test_the_pause_between_attempts_grows_to_an_hour() -> None:
    minutes = [pause_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 6, 7)]
    assert minutes == [1, 2, 4, 32, 60]
    assert pause_after(10_000) == LONGEST_PAUSE


def test_a_refused_address_does_not_affect_the_other_addresses(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.answers = {OPS: "550 No such user"}
    send_due_report(EIGHT)
    assert (report().accepted, report().refused, report().error) == ([BOSS], [OPS], "550 No such user")
    assert report().next_attempt_at is None


def test_an_address_that_is_put_off_gets_the_report_later_and_other_addresses_only_once(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.answers = {OPS: "451 Greylisted"}
    send_due_report(EIGHT)
    assert (report().waiting, takers(mail_server)) == ([OPS], [BOSS])
    mail_server.answers = {}
    make_due()
    send_due_report(EIGHT)
    assert takers(mail_server) == [BOSS, OPS]


def test_a_report_that_the_server_puts_off_is_tried_again(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.at_data = lambda: "452 Disk full"
    send_due_report(EIGHT)
    assert (report().waiting, report().error) == ([OPS, BOSS], "452 Disk full")


def test_a_report_is_given_up_when_its_day_is_over(report_settings: Any, mail_server: MailServer) -> None:
    use_mail_server(report_settings, 1)
    send_due_report(EIGHT)
    use_mail_server(report_settings, mail_server.port)
    make_due()
    send_due_report(EIGHT + timedelta(hours=16))  # midnight in Moscow
    assert (report().waiting, report().next_attempt_at, takers(mail_server)) == ([OPS, BOSS], None, [])
    send_due_report(EIGHT + timedelta(days=1))
    assert takers(mail_server) == [BOSS, OPS]  # the next day's


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_lease_ran_out_leaves_the_remaining_addresses_to_another_worker(
    report_settings: Any, mail_server: MailServer
) -> None:
    def taken_over() -> str:
        DailyReport.objects.update(attempts=2)
        connection.close()
        return "250 OK"

    mail_server.at_data = taken_over
    send_due_report(EIGHT)
    assert takers(mail_server) == [OPS]
    assert (report().waiting, report().accepted) == ([OPS, BOSS], [])
