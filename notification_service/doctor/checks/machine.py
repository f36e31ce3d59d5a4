"""This machine: Python, time zones, disk and ports."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

from notification_service.doctor.finding import Finding, ok, problem, skipped, warning
from notification_service.standalone.processes.free_port import is_free
from notification_service.standalone.processes.pid_files import is_alive, recorded_process

LEAST_PYTHON = (3, 11)
FEWEST_ZONES = 400  # the database of time zones has about 600 names
LITTLE_DISK_MB, TOO_LITTLE_DISK_MB = 2048, 200
PORTS = {"console": 8000, "Flower": 5555, "gateway simulator": 8025}


def check_python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info < LEAST_PYTHON:
        yield problem("python", f"Python {version}", "Use Python 3.11 or newer.")
    else:
        yield ok("python", f"Python {version} on {platform.system()} {platform.machine()}")


def check_time_zones() -> Iterator[Finding]:
    names = available_timezones()
    try:
        ZoneInfo("Europe/Moscow")
    except Exception as error:  # noqa: BLE001 (a broken file raises whatever it likes)
        yield problem(
            "time zones", f"Europe/Moscow cannot be read: {error}", "Install the package tzdata anew."
        )
        return
    if len(names) < FEWEST_ZONES:
        yield problem("time zones", f"only {len(names)} are known", "Install the package tzdata.")
    else:
        yield ok("time zones", f"{len(names)} are known")


def check_disk() -> Iterator[Finding]:
    """Of DATA_DIR, which only the embedded servers need."""
    if not (settings.EMBEDS_DATABASE or settings.EMBEDS_BROKER):
        yield skipped("disk", "the servers are elsewhere, and nothing is written here")
        return
    folder = _existing(settings.DATA_DIR)
    free = shutil.disk_usage(folder).free // 2**20
    if not os.access(folder, os.W_OK):
        yield problem(
            "disk", f"{folder} may not be written to", "Give DATA_DIR to the user who runs the service."
        )
    elif free < TOO_LITTLE_DISK_MB:
        yield problem("disk", f"{free} MB are free in {folder}", "Make room: PostgreSQL stops without it.")
    elif free < LITTLE_DISK_MB:
        yield warning("disk", f"{free} MB are free in {folder}", "A million messages take about 0.5 GB.")
    else:
        yield ok("disk", f"{free // 1024} GB are free in {folder}")


def check_ports() -> Iterator[Finding]:
    """Check the ports that `up` uses by default."""
    taken = [f"{port} ({name})" for name, port in PORTS.items() if not is_free(port)]
    if not taken:
        yield ok("ports", "those that `up` takes are free")
    elif _is_up():
        yield ok("ports", "the service has those that it takes")
    else:
        found = f"taken by another program: {', '.join(taken)}"
        yield warning("ports", found, "Stop that program, or let `up` take the next ports, as it says then.")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _is_up() -> bool:
    """Return whether processes of this installation run, as `up` has written them down."""
    recorded = map(recorded_process, (settings.DATA_DIR / "run").glob("*.pid"))
    return any(process is not None and is_alive(process) for process in recorded)
