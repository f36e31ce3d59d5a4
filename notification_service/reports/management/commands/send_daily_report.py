"""Send or show the report of a day by hand, even if it was sent already."""

import argparse
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from notification_service.environment import is_address
from notification_service.reports import letter, mailer, schedule
from notification_service.reports.figures import DayFigures, read_day
from notification_service.reports.mailer import Fate, ServerAway

LONG_AGO = date(2000, 1, 1)  # before any mailing


class Command(BaseCommand):
    help = "Send the report of a day, again if it has gone already. The one that goes by itself still goes."

    def add_arguments(self, parser: CommandParser) -> None:
        zone = settings.REPORT_TIME_ZONE.key
        parser.add_argument("--date", type=a_day, metavar="YYYY-MM-DD", help=f"default: yesterday in {zone}")
        parser.add_argument("--to", type=an_address, nargs="+", metavar="ADDRESS", help="default: REPORT_TO")
        parser.add_argument("--print", action="store_true", help="show the text, and send nothing")

    def handle(self, **options: Any) -> None:
        zone = settings.REPORT_TIME_ZONE
        yesterday = schedule.day_before(timezone.now(), zone=zone)
        day = options["date"] or yesterday
        if day > yesterday:
            raise CommandError(f"{day} is not over in {zone.key}")
        figures = read_day(day, zone=zone)
        if options["print"]:
            self.stdout.write(letter.text_of(figures))
        else:
            self._send(figures, options["to"] or settings.REPORT_TO)

    def _send(self, figures: DayFigures, addresses: list[str]) -> None:
        if not addresses:
            raise CommandError("REPORT_TO is empty: give --to ADDRESS, or --print")
        message_id = mailer.new_message_id(f"daily-report.{figures.day}")
        accepted = 0
        try:
            for posted in mailer.post(letter.copies(figures, addresses, message_id=message_id)):
                accepted += posted.fate is Fate.ACCEPTED
                self.stdout.write(f"{posted.address}: {posted.fate.value} {posted.error}".rstrip())
        except ServerAway as away:
            server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}: " if settings.EMAIL_HOST else ""
            raise CommandError(f"{server}{away}") from None
        if accepted < len(addresses):
            raise CommandError(f"{len(addresses) - accepted} of {len(addresses)} were not accepted")


def a_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a date such as 2026-03-31, not {text}") from None
    if day < LONG_AGO:
        raise argparse.ArgumentTypeError(f"{day} is before {LONG_AGO}")
    return day


def an_address(text: str) -> str:
    if not is_address(text):
        raise argparse.ArgumentTypeError(f"{text} is no e-mail address")
    return text
