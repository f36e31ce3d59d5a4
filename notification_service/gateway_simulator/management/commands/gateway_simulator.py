import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notification_service.gateway_simulator.options import add_arguments
from notification_service.gateway_simulator.server import run


class Command(BaseCommand):
    help = "Runs a stand-in for the external SMS gateway, with faults on demand."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        sys.exit(run(Namespace(**options)))
