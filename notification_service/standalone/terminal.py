"""What `up` says to the person who started it: a line for each step, and a box that says where everything is.

Plain text where nobody looks at it, or where NO_COLOR asks for it.
"""

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

BOLD, GREEN, PLAIN = "\033[1m", "\033[32m", "\033[0m"


class Terminal:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output or sys.stdout
        self._is_plain = not _shows_more_than_text(self._output)

    def say(self, line: str) -> None:
        # The terminal may have been closed; that must not keep us from stopping in order.
        with suppress(OSError):
            print(line, file=self._output, flush=True)

    def tick(self, done: str, *, since: float) -> None:
        """Say that it is done, and how long it took since that moment of `time.monotonic`."""
        mark = "ok" if self._is_plain else f"{GREEN}✓{PLAIN}"
        self.say(f"{mark} {done} ({time.monotonic() - since:.1f} s)")

    def show_credentials(self, values: Mapping[str, str], path: Path) -> None:
        self.say(f"first credentials, shown this once and kept in {path}:")
        for name, value in values.items():
            self.say(f"  {name}={value}")

    def show_places(self, places: Mapping[str, str], first: Sequence[str]) -> None:
        """`first`: what to try first, a line each."""
        width = max(map(len, places))
        lines = [f"{name:{width}}  {place}" for name, place in places.items()]
        steps = [f"{number}. {line}" for number, line in enumerate(first, 1)]
        room = shutil.get_terminal_size().columns - len("│  │")
        if self._is_plain or max(map(len, [*lines, *steps])) > room:
            for line in (*lines, *steps):
                self.say(line)
        else:
            self._show_box(lines, steps, width=width)

    def _show_box(self, lines: Sequence[str], steps: Sequence[str], *, width: int) -> None:
        inside = max(map(len, [*lines, *steps]))
        self.say(f"╭{'─' * (inside + 2)}╮")
        for line in lines:
            self.say(f"│ {BOLD}{line[:width]}{PLAIN}{line[width:]:{inside - width}} │")
        self.say(f"├{'─' * (inside + 2)}┤")
        for step in steps:
            self.say(f"│ {step:{inside}} │")
        self.say(f"╰{'─' * (inside + 2)}╯")


def _shows_more_than_text(output: TextIO) -> bool:
    is_asked_for_text = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    encoding = (output.encoding or "").lower().replace("-", "")
    return output.isatty() and encoding == "utf8" and not is_asked_for_text
