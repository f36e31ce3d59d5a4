"""Settings of the report: read, refused with one line, and checked against each other."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from notification_service.environment import Environment
from notification_service.reports.checks import check_report
from tests.deploy.files import ROOT

SHOW = """
from django.conf import settings as s
print(s.REPORT_TO, s.REPORT_AT, s.REPORT_TIME_ZONE, s.EMAIL_PORT, s.EMAIL_HOST_PASSWORD)
"""


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPORT_", "EMAIL_"))}
    settled = {"DJANGO_SETTINGS_MODULE": "notification_service.settings", "DATA_DIR": "/nonexistent"}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=kept | settled | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_report_settings_have_defaults() -> None:
    assert run().stdout == "[] 08:00:00 UTC 587 \n"


def test_the_report_settings_are_read_and_the_mail_password_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n", encoding="utf-8")
    shown = run(
        REPORT_TO=" a@example.com, b@example.com,A@example.com,",
        REPORT_AT="23:05",
        REPORT_TIME_ZONE="Asia/Kathmandu",
        EMAIL_SECURITY="TLS",
        EMAIL_PASSWORD_FILE=str(tmp_path / "password"),
    )
    assert shown.stdout == "['a@example.com', 'b@example.com'] 23:05:00 Asia/Kathmandu 465 secret\n"


def test_a_bad_value_ends_the_start_with_one_line() -> None:
    ended = run(REPORT_TIME_ZONE="Moscow")
    assert (ended.returncode, ended.stderr) == (
        1,
        "Configuration error: REPORT_TIME_ZONE must be the IANA name of a time zone, such as Europe/Moscow, "
        "not Moscow\n",
    )


@pytest.mark.parametrize(
    ("reader", "value", "words"),
    [
        ("addresses", "ops@example.com,ops", "has 'ops', which is no e-mail address"),
        ("addresses", "a@b.example\nBcc: c@d.example", "which is no e-mail address"),
        ("sender", "Mailings", "must be an e-mail address, not 'Mailings'"),
        ("sender", "A <a@b.example>\nBcc: c@d.example", "must be an e-mail address"),
        ("time_of_day", "8", "must be a time of day such as 08:00, not 8"),
        ("time_of_day", "24:00", "must be a time of day such as 08:00, not 24:00"),
        ("time_zone", "../etc", "must be the IANA name of a time zone"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, reader: str, value: str, words: str
) -> None:
    monkeypatch.setenv("REPORT_X", value)
    arguments = ("08:00",) if reader == "time_of_day" else ()
    with pytest.raises(ImproperlyConfigured, match=r"^REPORT_X ") as refused:
        getattr(Environment(), reader)("REPORT_X", *arguments)
    assert words in str(refused.value)


def ids() -> list[str | None]:
    return [message.id for message in check_report()]


def test_complete_report_settings_pass_the_checks(report_settings: Any) -> None:
    assert ids() == []


def test_a_report_without_a_server_or_a_sender_is_an_error(report_settings: Any) -> None:
    report_settings.EMAIL_HOST = report_settings.REPORT_FROM = ""
    assert ids() == ["reports.E001", "reports.E002"]
    report_settings.REPORT_TO = []
    assert ids() == []


def test_a_mail_user_without_a_password_is_an_error(report_settings: Any) -> None:
    report_settings.EMAIL_HOST_USER, report_settings.EMAIL_SECURITY = "mailings", "tls"
    assert ids() == ["reports.E003"]


def test_a_mail_password_without_encryption_is_a_warning(report_settings: Any) -> None:
    report_settings.EMAIL_HOST_USER, report_settings.EMAIL_HOST_PASSWORD = "mailings", "secret"
    assert ids() == ["reports.W001"]
