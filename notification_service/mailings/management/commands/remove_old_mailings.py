"""Remove or anonymise, now and completely, the mailings that ended more than so many days ago."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notification_service.mailings import retention, stats


class Command(BaseCommand):
    help = "Remove (or anonymise) mailings that ended longer ago than so many days, in small chunks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=whole_days, metavar="DAYS", help="default: RETENTION_DAYS")
        parser.add_argument("--action", choices=retention.ACTIONS, default=settings.RETENTION_ACTION)
        parser.add_argument("--dry-run", action="store_true", help="say which, and change nothing")

    def handle(self, **options: Any) -> None:
        days = options["older_than"] or settings.RETENTION_DAYS
        if days <= 0:
            raise CommandError("RETENTION_DAYS is 0, which keeps mailings for ever: give --older-than DAYS")
        old = retention.old_mailings(days=days, action=options["action"])
        counts = stats.message_counts(list(old.values_list("pk", flat=True)))
        messages = sum(count["total"] for count in counts.values())
        if not options["dry_run"]:
            for _ in retention.retire(days=days, action=options["action"]):
                pass
        prefix = "would " if options["dry_run"] else ""
        self.stdout.write(f"{prefix}{options['action']}: {len(counts)} mailings, {messages} messages")


def whole_days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError("must be a whole number of days, 1 or more")
    return int(text)
