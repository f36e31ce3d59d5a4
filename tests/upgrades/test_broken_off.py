"""A migration that is killed can be repeated."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

APPS = ["access", "api", "audit", "console", "directory", "mailings", "reports"]
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(3600)
def test_migrations_that_are_killed_again_and_again_come_to_their_end(empty_database: str) -> None:
    command = [sys.executable, "-m", "tests.upgrades.broken_off"]
    settings = {"DATABASE_URL": empty_database, "DJANGO_SETTINGS_MODULE": "notification_service.settings"}
    environment = os.environ | settings
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-3000:]
    with psycopg.connect(empty_database) as database:
        count = database.execute("SELECT count(*) FROM django_migrations WHERE app = ANY(%s)", [APPS])
        (noted,) = count.fetchone() or (0,)
    assert int(finished.stdout) >= 2 * noted > 10
