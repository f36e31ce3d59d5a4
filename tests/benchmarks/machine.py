"""What the figures were measured on."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
import redis

LIBRARIES = ("django", "celery", "psycopg", "httptools", "uvloop", "aiofastnet", "granian")
REFERENCE = "pyreqwest"  # of the bare loop; the product sends by `delivery/wire/`


def describe_machine(*, broker_url: str) -> str:
    """Needs Django and its database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    memory = psutil.virtual_memory().total / 2**30
    hardware = f"{os.cpu_count()} cores ({_cpu_model()}), {memory:.0f} GiB of memory, {_system()}"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    servers = f"Python {platform.python_version()}, PostgreSQL {postgresql}, {_broker(broker_url)}"
    reference = f"the bare loop has {REFERENCE} {version(REFERENCE)}"
    return f"Machine: {hardware}; {servers}; {libraries}; {reference}."


def describe_moment() -> str:
    """The date and the commit, of which uncommitted changes are told."""
    described = _git("describe", "--always", "--dirty", "--exclude", "*") or "no commit known"
    return f"{datetime.now(UTC):%Y-%m-%d}, {described}"


def load_warning() -> str:
    """What is wrong with measuring now; empty where the machine is idle."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < 0.3 * cores:
        return ""
    return f"the machine is busy (load {load:.1f} on {cores} cores): the figures say little"


def _system() -> str:
    return f"{platform.system()} {platform.release()}"


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _broker(url: str) -> str:
    with redis.Redis.from_url(url) as connection:
        info = connection.info("server")
    return f"Valkey {info.get('valkey_version', info['redis_version'])}"


def _git(*arguments: str) -> str:
    try:
        command = ["git", *arguments]
        finished = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False, timeout=10
        )
    except OSError:
        return ""
    return finished.stdout.strip()
