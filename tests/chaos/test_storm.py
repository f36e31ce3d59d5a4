"""A short storm with processes of its own, as `make chaos` runs a long one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Of this seed, twelve seconds have a kill of each server and process, and stops.
STORM = ("--seed", "1205", "--seconds", "12", "--clients", "1500")


@pytest.mark.timeout(420)  # the calm after it may take its time on a busy machine
def test_a_short_storm_breaks_no_rule_of_delivery() -> None:
    command = [sys.executable, "-m", "tests.chaos", *STORM]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert finished.returncode == 0, finished.stdout + finished.stderr
