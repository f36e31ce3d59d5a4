"""A container's health check. It asks the database, so workers stay healthy while the broker is away."""

import argparse
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from notification_service.mailings.heartbeats import live_workers

HUNG_SECONDS = 30.0


class Command(BaseCommand):
    help = "Exit with 0 if a worker of this host has said within 30 s that it lives, or if nobody can tell."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default=socket.gethostname(), help="(%(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            seconds = live_workers(host=options["host"]).seen_seconds_ago
        except DatabaseError as error:
            # Restarting workers would not bring it back.
            self.stdout.write(f"unknown: the database does not answer ({' '.join(str(error).split())})")
            return
        if seconds is None or seconds > HUNG_SECONDS:
            said = "nothing" if seconds is None else f"nothing for {seconds:.0f} s"
            raise CommandError(f"the workers of {options['host']} have said {said}")
        self.stdout.write(f"healthy: seen {seconds:.1f} s ago")
