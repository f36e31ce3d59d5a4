#!/usr/bin/env python
import sys
from importlib import import_module


def main() -> None:
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from notification_service.audit.origin import acting, of_command
    from notification_service.database.explained import explained

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        if command == "runserver" and not {"-h", "--help"} & set(sys.argv):
            keep_servers_over_reloads()
        with acting(lambda: of_command(command)):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")
    except DatabaseError as error:
        reason = explained(error)
        if reason is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"Error: {reason}")


def keep_servers_over_reloads() -> None:
    """The reloader outlives the process that it starts anew."""
    from django.conf import settings

    if settings.EMBEDS_DATABASE:
        import_module(settings.EMBEDDED_SERVERS).join_or_exit()


if __name__ == "__main__":
    main()
