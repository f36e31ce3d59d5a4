from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notification_service.doctor.examination import examine
from notification_service.doctor.finding import Verdict
from notification_service.doctor.printed import show


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and what to do. Exit code 1 where something is."
    # What is wrong must be found, and must not end the search.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program or a support request")

    def handle(self, *_args: Any, **options: Any) -> None:
        findings = show(examine(), as_json=options["json"])
        raise SystemExit(1 if any(each.verdict == Verdict.PROBLEM for each in findings) else 0)
