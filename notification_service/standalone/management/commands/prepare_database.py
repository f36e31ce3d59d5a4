from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from notification_service.database_errors import explained
from notification_service.standalone.credentials import FILE_NAME, ensure_credentials


class Command(BaseCommand):
    help = "Bring the database up to date and make the first administrator and API key."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            connection.ensure_connection()
            call_command("migrate", interactive=False, stdout=self.stdout)
            ensure_credentials(Path(settings.DATA_DIR) / FILE_NAME)
        except DatabaseError as error:
            raise CommandError(explained(error) or " ".join(str(error).split())) from error
