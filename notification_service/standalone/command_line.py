"""What `manage.py up` is told. It loads no Django: it lives as long as the service does, and only watches."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from notification_service.standalone.configuration import Configuration
from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.up import UpOptions, run
from notification_service.standalone.web_address import WebAddress

HELP = "Run the whole service on this machine; what no variable names is embedded."
WEB_PORT = 8000
PACKAGE_FOLDER = Path(__file__).parents[1]


def main(arguments: Sequence[str]) -> int | None:
    """Return the exit code, or None if Django has to handle an argument.

    Ends with a line where the service cannot start.
    """
    configured = configured_variables()
    parser = ArgumentParser(prog="manage.py up", description=HELP, add_help=False)
    add_arguments(parser, data_dir=configured_data_dir(configured))
    options, others = parser.parse_known_args(arguments)
    if others:
        return None
    try:
        return start(vars(options), configured)
    except (StandaloneError, OSError) as error:
        # OSError: a full disk, a folder that somebody removed.
        sys.exit(f"CommandError: {error}")


def add_arguments(parser: ArgumentParser, *, data_dir: Path) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address of the web server (%(default)s)")
    parser.add_argument("--port", type=int, help=f"its port ({WEB_PORT}, or the next that is free)")
    parser.add_argument("--workers", type=int, default=1, help="Celery worker processes (%(default)s)")
    parser.add_argument("--data-dir", type=Path, default=data_dir, help="(%(default)s)")
    parser.add_argument("--no-flower", action="store_true", help="do without Flower")
    parser.add_argument("--samples", action="store_true", help="load clients and run a sample mailing")
    parser.add_argument(
        "--exit-after-sample",
        action="store_true",
        help="stop after the sample mailing; exit code 0 if all of it was sent",
    )


def start(options: Mapping[str, Any], configured: Mapping[str, str]) -> int:
    """The exit code. Raises StandaloneError, OSError."""
    return run(chosen(options, configured))


def chosen(options: Mapping[str, Any], configured: Mapping[str, str]) -> UpOptions:
    port = WEB_PORT if options["port"] is None else options["port"]
    if not 1 <= port <= 65535:
        raise StandaloneError(f"--port must be 1 to 65535, not {port}")
    if not 1 <= options["workers"] <= 64:
        raise StandaloneError(f"--workers must be 1 to 64, not {options['workers']}")
    return UpOptions(
        address=WebAddress(options["host"], port),
        port_is_named=options["port"] is not None,
        workers=options["workers"],
        data_dir=options["data_dir"].absolute(),
        project_folder=project_folder(),
        configured=configured,
        configured_data_dir=configured_data_dir(configured),
        flower=not options["no_flower"],
        samples=options["samples"] or options["exit_after_sample"],
        exit_after_sample=options["exit_after_sample"],
    )


def configured_variables() -> dict[str, str]:
    """Return them as settings read them: from a file at the root, unless the environment has them."""
    file = dotenv_values(project_folder() / ".env")
    return {name: value for name, value in file.items() if value is not None} | dict(os.environ)


def configured_data_dir(configured: Mapping[str, str]) -> Path:
    given = Configuration(configured, {}).value("DATA_DIR")
    return Path(given or project_folder() / "var").absolute()


def project_folder() -> Path:
    """Return the folder of the checkout or, for an installed package, the current folder."""
    is_checkout = (PACKAGE_FOLDER.parent / "manage.py").exists()
    return PACKAGE_FOLDER.parent if is_checkout else Path.cwd()
