#!/usr/bin/env python
import os
import sys
from importlib import import_module


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from notification_service.audit.origin import acting, of_command

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        if command == "runserver" and not {"-h", "--help"} & set(sys.argv):
            keep_servers_over_reloads()
        with acting(lambda: of_command(command)):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")


def keep_servers_over_reloads() -> None:
    """The reloader outlives the process that it starts anew."""
    from django.conf import settings

    if settings.EMBEDS_DATABASE:
        import_module(settings.EMBEDDED_SERVERS).join_or_exit()


if __name__ == "__main__":
    main()
