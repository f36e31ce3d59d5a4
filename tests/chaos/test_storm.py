"""Storms with processes of their own, as `make chaos` runs them: a short one, or several long ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.depth import IS_DEEP

ROOT = Path(__file__).parents[2]
# Of this seed, fifteen seconds have every kind of fault but a killed web server.
SHORT = [(2978, 15, 1_300)]
DEEP = [(7, 22, 1_500), (31, 120, 2_400), (32, 120, 2_400), (33, 120, 2_400)]


@pytest.mark.timeout(900)  # the calm after it may take its time on a busy machine
@pytest.mark.parametrize(("seed", "seconds", "clients"), DEEP if IS_DEEP else SHORT)
def test_a_storm_breaks_no_rule_of_delivery(seed: int, seconds: int, clients: int) -> None:
    options = ("--seed", f"{seed}", "--seconds", f"{seconds}", "--clients", f"{clients}")
    command = [sys.executable, "-m", "tests.chaos", *options]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=880)
    assert finished.returncode == 0, finished.stdout + finished.stderr
