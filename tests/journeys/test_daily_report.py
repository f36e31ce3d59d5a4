"""The daily report by real beats and workers, through a real mail server."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from notification_service.reports.models import DailyReport
from tests.journeys.service import Service, kill, wait_until
from tests.ports import free_port
from tests.reports.day import seed_day
from tests.reports.mail_server import MailServer

OPS = "ops@example.com"
TICK = "Sending due task report"


def zone_of_noon() -> ZoneInfo:
    """Where it is about noon now: no midnight falls into a journey. These names have signs turned round."""
    return ZoneInfo(f"Etc/GMT{timezone.now().hour - 12:+d}")


@pytest.fixture
def zone(service: Service) -> ZoneInfo:
    """Of the report, whose hour is past."""
    zone = zone_of_noon()
    service.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.journeys.report_settings",
        "REPORT_TO": OPS,
        "REPORT_FROM": "mailings@example.com",
        "REPORT_AT": "00:00",
        "REPORT_TIME_ZONE": zone.key,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_SECURITY": "none",
    }
    return zone


@pytest.fixture
def mail_server(service: Service, zone: ZoneInfo) -> Iterator[MailServer]:
    with MailServer() as server:
        service.environment["EMAIL_PORT"] = str(server.port)
        yield server


def seed_yesterday(zone: ZoneInfo) -> date:
    today = timezone.now().astimezone(zone)
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=zone) - timedelta(days=1)
    seed_day(noon)
    seed_day(noon - timedelta(days=1))
    return noon.date()


def text_of(server: MailServer) -> str:
    [letter] = server.letters(OPS)
    text = letter.get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def test_two_beats_and_two_workers_send_one_correct_report(
    service: Service, zone: ZoneInfo, mail_server: MailServer
) -> None:
    day = seed_yesterday(zone)
    service.start_workers("worker1", "worker2")
    for name in ("beat1", "beat2"):
        service.start_beat(name)
    wait_until(lambda: mail_server.taken, what="the report")
    # Each beat has called again since.
    for name in ("beat1", "beat2"):
        wait_until(lambda name=name: service.log(name).count(TICK) >= 2, what=f"two calls of {name}")  # type: ignore[misc]
    words = " ".join(text_of(mail_server).split())
    assert f"{day:%-d %B %Y}" in words
    assert "5 messages sent, 6 not delivered." in words
    assert "Sent 5 5 Failed 3 3 Expired 2 2 Unknown 1 1 Cancelled 1 1 Repeated 1 1" in words
    assert "3 HTTP 400 1 HTTP 422" in words
    assert "1 mailing started, 1 ended" in words


def test_a_mail_server_that_is_back_gets_one_report(service: Service, zone: ZoneInfo) -> None:
    seed_yesterday(zone)
    port = free_port()
    service.environment["EMAIL_PORT"] = str(port)
    service.start_worker()
    service.start_beat()
    wait_until(lambda: DailyReport.objects.filter(error__contains="refused"), what="a vain attempt")
    wait_until(lambda: "daily report not sent yet" in service.log("worker"), what="its line")
    with MailServer(port) as server:
        DailyReport.objects.update(next_attempt_at=Now())  # as if its pause were over
        wait_until(lambda: server.taken, what="the report")
        wait_until(lambda: DailyReport.objects.filter(next_attempt_at=None), what="its record")
        assert "5 messages sent" in text_of(server)


def test_a_letter_of_a_worker_killed_before_recording_is_repeated_under_the_same_message_id(
    service: Service, zone: ZoneInfo, mail_server: MailServer
) -> None:
    seed_yesterday(zone)
    first = service.start_worker("worker1")
    beat = service.start_beat()

    def kill_the_sender() -> str:
        kill(first)
        return "250 OK"

    mail_server.at_data = kill_the_sender
    wait_until(lambda: mail_server.taken, what="the report")
    kill(beat)
    mail_server.at_data = lambda: "250 OK"
    DailyReport.objects.update(next_attempt_at=Now())  # as if its lease had run out
    service.start_worker("worker2")  # which calls itself, for beat is dead
    wait_until(lambda: DailyReport.objects.filter(accepted=[OPS], attempts=2), what="its record")
    ids = [letter["Message-ID"].strip() for letter in mail_server.letters(OPS)]
    assert (len(ids), len(set(ids))) == (2, 1)
