"""What `up` says to the person who started it: short lines, and a table of where everything is."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text


class Terminal:
    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def say(self, line: str) -> None:
        self._print(Text(line))

    def show_credentials(self, values: Mapping[str, str], path: Path) -> None:
        self.say(f"first credentials, shown this once and kept in {path}:")
        for name, value in values.items():
            self.say(f"  {name}={value}")

    def show_places(self, places: Mapping[str, str]) -> None:
        table = Table.grid(padding=(0, 2))
        for name, place in places.items():
            table.add_row(Text(name, style="bold"), Text(place, overflow="fold"))
        self._print(table)

    def _print(self, output: Text | Table) -> None:
        # The terminal may have been closed; that must not keep us from stopping in order.
        with suppress(OSError):
            self._console.print(output, soft_wrap=isinstance(output, Text))
