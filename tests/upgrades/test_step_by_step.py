"""A database that is in use comes through each migration, and ends like one that was made today."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mailings.database_objects import schema

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300)
def test_messages_can_be_written_after_each_migration(empty_database: str) -> None:
    command = [sys.executable, "-m", "tests.upgrades.step_by_step"]
    settings = {"DATABASE_URL": empty_database, "DJANGO_SETTINGS_MODULE": "notification_service.settings"}
    environment = os.environ | settings
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert json.loads(finished.stdout) == schema()
