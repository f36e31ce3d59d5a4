"""Remove or anonymise, now and completely, the mailings and single messages of more than so many days ago."""

import argparse
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notification_service.mailings import retention, stats


class Command(BaseCommand):
    help = "Remove (or anonymise) mailings and single messages that ended so many days ago, in small chunks."

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
        singles = retention.old_singles(days=days, action=options["action"]).count()
        if not options["dry_run"]:
            how: dict[str, Any] = {"days": days, "action": options["action"]}
            for _ in chain(retention.retire(**how), retention.retire_singles(**how)):
                pass
        prefix = "would " if options["dry_run"] else ""
        told = f"{len(counts)} mailings, {messages} messages" + (
            f", {singles} single messages" if singles else ""
        )
        self.stdout.write(f"{prefix}{options['action']}: {told}")


def whole_days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError("must be a whole number of days, 1 or more")
    return int(text)
