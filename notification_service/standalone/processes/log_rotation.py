"""Limits the size of a log that its process keeps open for months."""

import shutil
from pathlib import Path

LARGEST_LOG_BYTES = 10 * 1024 * 1024


def rotate_log(path: Path, *, largest_bytes: int = LARGEST_LOG_BYTES) -> None:
    """Move what was written to NAME.1. The process appends, so it continues at the new end of the file."""
    if path.exists() and path.stat().st_size > largest_bytes:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        with path.open("r+b") as file:
            file.truncate()
