"""A process whose wall clock is wrong, by a library that it preloads; it needs a C compiler, and Linux."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("wrong_clock.c")
COMPILER = shutil.which("cc") if sys.platform == "linux" else None


def build_clock(folder: Path) -> Path:
    assert COMPILER
    library = folder / "wrong_clock.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def clock_ahead(library: Path, seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is ahead by so much, or behind."""
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(seconds)}
