"""Loaded before Django's settings: tests keep their state apart from a service that runs here."""

import os
from pathlib import Path

os.environ.setdefault("DATA_DIR", str(Path(__file__).parent.parent / "var" / "test"))
os.environ.setdefault("API_RATE_LIMIT", "0")  # a test may well ask more than a key may
