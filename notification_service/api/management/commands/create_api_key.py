from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notification_service.api.models import ApiKey


class Command(BaseCommand):
    help = "Make an API key and print it: it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what uses the key")
        parser.add_argument("--scope", choices=ApiKey.Scope.values, required=True)

    def handle(self, *_args: Any, name: str, scope: str, **_options: Any) -> str:
        longest = ApiKey._meta.get_field("name").max_length or 0
        if not name.strip() or len(name) > longest:
            raise CommandError(f"NAME must have 1 to {longest} characters.")
        return ApiKey.issue(name=name, scope=scope)[1]
