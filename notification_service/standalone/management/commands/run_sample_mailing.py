import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from notification_service.standalone.env_file import read_env_file
from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.samples.api import SampleApi
from notification_service.standalone.samples.run import run_sample_mailing


class Command(BaseCommand):
    help = "Load the sample clients and run a mailing to them through the running service."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="of the service (%(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        credentials = read_env_file(Path(settings.DATA_DIR) / "credentials.env")
        if "API_KEY" not in credentials:
            raise CommandError("no API key here: start the service by `manage.py up` first")
        try:
            complete = run_sample_mailing(SampleApi(options["url"], credentials["API_KEY"]), Console())
        except StandaloneError as error:
            raise CommandError(str(error)) from error
        if not complete:
            raise CommandError("not every sample message was sent")
