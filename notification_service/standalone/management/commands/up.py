import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.up import Options, run
from notification_service.standalone.web_address import WebAddress


class Command(BaseCommand):
    help = "Run the whole service on this machine; what no variable names is embedded."
    # The database is not known yet.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address of the web server (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="its port (%(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="Celery worker processes (%(default)s)")
        parser.add_argument("--data-dir", type=Path, default=settings.DATA_DIR, help="(%(default)s)")
        parser.add_argument("--no-flower", action="store_true", help="do without Flower")
        parser.add_argument("--samples", action="store_true", help="load clients and run a sample mailing")
        parser.add_argument(
            "--exit-after-sample",
            action="store_true",
            help="stop after the sample mailing; exit code 0 if all of it was sent",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not 1 <= options["port"] <= 65535:
            raise CommandError(f"--port must be 1 to 65535, not {options['port']}")
        if not 1 <= options["workers"] <= 64:
            raise CommandError(f"--workers must be 1 to 64, not {options['workers']}")
        try:
            code = run(chosen(options))
        except (StandaloneError, OSError) as error:
            # OSError: a full disk, a folder that somebody removed.
            raise CommandError(str(error)) from error
        raise SystemExit(code)


def chosen(options: dict[str, Any]) -> Options:
    return Options(
        address=WebAddress(options["host"], options["port"]),
        workers=options["workers"],
        data_dir=options["data_dir"].absolute(),
        project_folder=settings.BASE_DIR,
        configured_data_dir=settings.DATA_DIR,
        flower=not options["no_flower"],
        samples=options["samples"] or options["exit_after_sample"],
        exit_after_sample=options["exit_after_sample"],
    )
