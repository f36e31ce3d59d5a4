import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from notification_service.worker.signals import (
    EVENT_SECONDS,
    OPEN_FILES,
    allow_many_connections,
    leave_other_workers_alone,
)

ROOT = Path(__file__).parents[1]
LOAD = """
import sys
from notification_service.celery import app
app.loader.import_default_modules()
print(*(name for name in sys.modules if name.startswith("notification_service.")))
"""


@pytest.mark.parametrize(("asked_for", "expected"), [(None, EVENT_SECONDS), (2, 2)])
def test_a_worker_starts_without_mingle_and_gossip_and_with_few_events(
    asked_for: int | None, expected: int
) -> None:
    options = {"without_mingle": False, "without_gossip": False, "heartbeat_interval": asked_for}
    worker = SimpleNamespace(options=options)
    leave_other_workers_alone(worker)
    assert worker.options == {
        "without_mingle": True,
        "without_gossip": True,
        "heartbeat_interval": expected,
    }


def test_a_worker_may_have_more_connections_than_a_shell_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_000, hard))
    try:
        allow_many_connections()
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert allowed == (OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard))


def test_a_worker_loads_neither_api_nor_console_to_start() -> None:
    command = [sys.executable, "-c", LOAD]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    modules = loaded.stdout.split()
    assert "notification_service.delivery.tasks" in modules
    assert {"notification_service.urls", "notification_service.api.views"}.isdisjoint(modules)
