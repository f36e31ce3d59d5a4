#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> None:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from notification_service.audit.origin import acting, of_command

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        with acting(lambda: of_command(command)):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        unset = "DATABASE_URL is not set; `manage.py up` runs a PostgreSQL of its own"
        sys.exit(f"Configuration error: {error if settings.DATABASES['default']['NAME'] else unset}")


if __name__ == "__main__":
    main()
