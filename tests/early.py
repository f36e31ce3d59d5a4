"""Loaded before Django's settings: tests keep their state apart from a service that runs here."""

import os
from pathlib import Path

# Each process of a parallel run has a folder of its own.
FOLDER = Path(__file__).parent.parent / "var" / "test" / os.environ.get("PYTEST_XDIST_WORKER", "")

os.environ.setdefault("DATA_DIR", str(FOLDER))
os.environ.setdefault("API_RATE_LIMIT", "0")  # a test may well ask more than a key may
