from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from notification_service.database.faults import explained
from notification_service.database.prerequisites import vital
from notification_service.mailings.heartbeats import forget_ended_workers
from notification_service.standalone.credentials import FILE_NAME, ensure_credentials


class Command(BaseCommand):
    help = "Bring the database up to date and make the first administrator and API key."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            if lacking := vital(connection):
                raise CommandError(f"{lacking[0].sentence} {lacking[0].hint}")
            call_command("migrate", interactive=False, stdout=self.stdout)
            forget_ended_workers()  # of a killed service, whose workers would look like ours
            ensure_credentials(Path(settings.DATA_DIR) / FILE_NAME)
        except DatabaseError as error:
            raise CommandError(explained(error) or " ".join(str(error).split())) from error
