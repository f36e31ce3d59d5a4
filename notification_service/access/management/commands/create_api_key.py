from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notification_service.access.models import ApiKey

MOST_DAYS = 3650


class Command(BaseCommand):
    help = "Make an API key and print it: it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what uses the key")
        parser.add_argument("--scope", choices=ApiKey.Scope.values, required=True)
        parser.add_argument("--pii", action="store_true", help="show it whole phones; without: masked ones")
        parser.add_argument("--expires-days", type=int, metavar="DAYS", help="without it: never")

    def handle(
        self,
        *_args: Any,
        name: str,
        scope: str,
        pii: bool = False,
        expires_days: int | None = None,
        **_options: Any,
    ) -> str:
        longest = ApiKey._meta.get_field("name").max_length or 0
        if not name.strip() or len(name) > longest:
            raise CommandError(f"NAME must have 1 to {longest} characters.")
        if expires_days is not None and not 1 <= expires_days <= MOST_DAYS:
            raise CommandError(f"DAYS must be 1 to {MOST_DAYS}.")
        return ApiKey.issue(name=name, scope=scope, pii=pii, expires_days=expires_days)[1]
