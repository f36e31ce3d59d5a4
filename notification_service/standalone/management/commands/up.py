import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notification_service.standalone import command_line
from notification_service.standalone.errors import StandaloneError


class Command(BaseCommand):
    """For `help`, and for options of Django's own; `manage.py` starts the rest without it."""

    help = command_line.HELP
    # The database is not known yet.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        configured = command_line.configured_variables()
        command_line.add_arguments(parser, data_dir=command_line.configured_data_dir(configured))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            code = command_line.start(options, command_line.configured_variables())
        except (StandaloneError, OSError) as error:
            raise CommandError(str(error)) from error
        raise SystemExit(code)
