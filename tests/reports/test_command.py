"""`manage.py send_daily_report`, with a real mail server."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notification_service.reports.models import DailyReport
from tests.reports.conftest import use_mail_server
from tests.reports.day import seed_day
from tests.reports.mail_server import MailServer

pytestmark = pytest.mark.django_db


def command(*arguments: str) -> None:
    call_command("send_daily_report", *arguments)


def yesterday(settings: Any) -> str:
    return str(timezone.now().astimezone(settings.REPORT_TIME_ZONE).date() - timedelta(days=1))


def test_the_command_sends_yesterdays_report_at_every_run(
    report_settings: Any, mail_server: MailServer
) -> None:
    command()
    command()
    assert len(mail_server.letters("ops@example.com")) == len(mail_server.letters("boss@example.com")) == 2
    ids = [letter["Message-ID"].strip() for letter in mail_server.letters("ops@example.com")]
    assert len(set(ids)) == 2
    of_the_day = f"<daily-report.{yesterday(report_settings)}."
    assert [name for name in ids if not name.startswith(of_the_day)] == []
    assert DailyReport.objects.count() == 0


def test_the_command_sends_to_the_address_that_is_given(
    report_settings: Any, mail_server: MailServer, capsys: Any
) -> None:
    command("--to", "me@example.com", "--date", "2026-03-31")
    [(address, letter)] = mail_server.taken
    assert address == "me@example.com"
    assert "31 March 2026" in letter["Subject"]
    assert capsys.readouterr().out == "me@example.com: accepted\n"


def test_the_command_prints_a_report_without_sending_it(settings: Any, capsys: Any) -> None:
    settings.EMAIL_HOST = ""
    at = timezone.now() - timedelta(days=1)
    seed_day(at.replace(hour=12, minute=0, second=0, microsecond=0))
    command("--print")
    assert "5 messages sent, 6 not delivered." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--date", "31.03.2026"], "must be a date such as 2026-03-31, not 31.03.2026"),
        (["--date", "9999-12-31"], "9999-12-31 is not over in Europe/Moscow"),
        (["--date", "0001-01-01"], "0001-01-01 is before 2000-01-01"),
        (["--to", "nobody"], "nobody is no e-mail address"),
    ],
)
def test_a_wrong_option_is_explained(report_settings: Any, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        command(*arguments)


@pytest.mark.parametrize(
    ("unset", "words"),
    [
        ("REPORT_TO", "REPORT_TO is empty: give --to ADDRESS, or --print"),
        ("EMAIL_HOST", "EMAIL_HOST: not set"),
        ("REPORT_FROM", "REPORT_FROM: not set"),
    ],
)
def test_a_missing_setting_is_named(report_settings: Any, unset: str, words: str) -> None:
    setattr(report_settings, unset, "")
    with pytest.raises(CommandError, match=words):
        command()


def test_an_unreachable_mail_server_is_named(report_settings: Any) -> None:
    use_mail_server(report_settings, 1)
    with pytest.raises(CommandError, match=r"127.0.0.1:1: .*Connection refused"):
        command()


def test_the_command_says_which_address_was_not_accepted(
    report_settings: Any, mail_server: MailServer, capsys: Any
) -> None:
    mail_server.answers = {"ops@example.com": "550 No such user"}
    with pytest.raises(CommandError, match="1 of 2 were not accepted"):
        command()
    assert capsys.readouterr().out == (
        "ops@example.com: refused 550 No such user\nboss@example.com: accepted\n"
    )
