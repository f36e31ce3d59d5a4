"""Loaded before Django's settings: tests keep their state apart from a service that runs here."""

import os
from pathlib import Path

os.environ.setdefault("DATA_DIR", str(Path(__file__).parent.parent / "var" / "test"))
