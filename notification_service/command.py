"""The command `notification-service`; in a checkout, `manage.py` is the same.

Names may have hyphens or underscores: `import-clients`, `import_clients`.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

# Ours first, in the order in which a new user needs them; `help` lists Django's own.
COMMANDS = {
    "up": "run the whole service on this machine",
    "doctor": "say what is wrong with this installation, and what to do",
    "migrate": "make or update the tables",
    "web": "the API and the console (granian)",
    "worker": "send what is due (Celery); as many as you like, on any machine",
    "beat": "the clock of the workers (Celery)",
    "flower": "watch the workers (Celery)",
    "mailing": "make, list, watch, pause, resume and cancel mailings",
    "import-clients": "read a file of clients, CSV or NDJSON",
    "create-api-key": "make a key for a program, and show it once",
    "gateway": "list, add, change, release and delete gateways",
    "send-daily-report": "send or print yesterday's figures",
    "remove-old-mailings": "remove mailings that ended long ago",
    "gateway-simulator": "a gateway to try things with",
    "createsuperuser": "make an administrator",
    "completion": "print what bash needs to complete these names",
    "help": "all commands, Django's among them",
}
OF_CELERY = ("worker", "beat", "flower")
USAGE = "usage: {program} COMMAND [options]      {program} COMMAND --help\n"
COMPLETION = """_notification_service() {
  COMPREPLY=( $(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD DJANGO_AUTO_COMPLETE=1 "$1") )
}
complete -F _notification_service -o default notification-service
"""


def main() -> None:
    try:
        run(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


def run(arguments: list[str]) -> None:
    program, name, *rest = arguments if len(arguments) > 1 else [*arguments, "--help"]
    program = Path(program).name.replace("__main__.py", "notification-service")
    if "DJANGO_AUTO_COMPLETE" in os.environ:
        _complete()
    elif name in ("-h", "--help"):
        _say(usage(program))
    elif name == "completion":
        _say(COMPLETION.rstrip())
    elif name == "web":
        _run_web(rest)
    elif name in OF_CELERY:
        _run_celery(name, rest)
    elif name == "up" and (code := _run_up(rest)) is not None:
        sys.exit(code)
    else:
        _run_django([program, name.replace("-", "_"), *rest])


def usage(program: str) -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {meaning}" for name, meaning in COMMANDS.items()]
    return "\n".join([USAGE.format(program=program), *lines])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complete() -> None:
    words, position = os.environ["COMP_WORDS"].split(), int(os.environ["COMP_CWORD"])
    if position == 1:
        begun = words[1] if len(words) > 1 else ""
        _say(" ".join(name for name in COMMANDS if name.startswith(begun)))


def _run_web(options: list[str]) -> None:
    """With as many threads as a synchronous application can use, unless another number is given."""
    from granian.cli import entrypoint

    os.environ.setdefault("GRANIAN_BLOCKING_THREADS", "16")
    shape = ("--interface=wsgi", *options, "notification_service.wsgi:application")
    sys.argv = ["notification-service web", *shape]
    entrypoint()  # type: ignore[no-untyped-call]


def _run_celery(name: str, options: list[str]) -> None:
    from notification_service.celery import app

    if name == "worker" and not any(option.startswith(("-l", "--loglevel")) for option in options):
        options = ["--loglevel=info", *options]
    app.start(argv=[name, *options])


def _run_up(options: list[str]) -> int | None:
    """None where an option is Django's."""
    from notification_service.standalone import command_line

    return command_line.main(options)


def _run_django(arguments: list[str]) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from notification_service.audit.origin import acting, of_command
    from notification_service.database.faults import explained

    name = arguments[1]
    try:
        if name == "runserver" and not {"-h", "--help"} & set(arguments):
            _keep_servers_over_reloads()
        with acting(lambda: of_command(name)):
            execute_from_command_line(arguments)
    except SystemExit as error:
        if name == "doctor" and isinstance(error.code, str):  # the settings could not be read
            _diagnose(error.code, as_json="--json" in arguments)
        raise
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")
    except DatabaseError as error:
        reason = explained(error)
        if reason is None or "--traceback" in arguments:
            raise
        sys.exit(f"Error: {reason}")


def _diagnose(fault: str, *, as_json: bool) -> None:
    from notification_service.doctor.finding import problem
    from notification_service.doctor.printed import show

    found = fault.removeprefix("Configuration error: ")
    show([problem("configuration", found, "Mend it in the environment or in .env.")], as_json=as_json)
    sys.exit(1)


def _keep_servers_over_reloads() -> None:
    """The reloader outlives the process that it restarts."""
    from django.conf import settings

    if settings.EMBEDS_DATABASE:
        import_module(settings.EMBEDDED_SERVERS).join_or_exit()
