"""The rows that are written together, in one transaction; so many are in memory at a time."""

from notification_service.directory.importing.lines import Line
from notification_service.directory.importing.report import RejectedRow
from notification_service.directory.importing.rows import ClientRow

CONTENT_BYTES = 16 * 1024 * 1024
REJECTED_BYTES = 4 * 1024 * 1024
LAYERS = 50


class Chunk:
    """Rows in layers, each with a phone at most once.

    If a phone comes again, it goes into the next layer, so that the lines of one client take effect one after
    another, as if they came from two files. A line that repeats the one before changes nothing. `last_line`
    is the last line of the file in this chunk and those before it. If it `keeps_lines`, a row that turns out
    to be more than its client can take may still be rejected with its line.
    """

    def __init__(self, *, most_rows: int, keeps_lines: bool = False) -> None:
        self._most_rows = most_rows
        self._keeps_lines = keeps_lines
        self.layers: list[dict[str, ClientRow]] = [{}]
        self.repeated = 0
        self.last_line = 0
        self.rejected: list[RejectedRow] = []
        self._rejected_bytes = 0
        self._depths: dict[str, int] = {}
        self._bytes = 0
        self._lines: dict[tuple[int, str], Line] = {}

    @property
    def is_full(self) -> bool:
        return (
            len(self.layers[0]) >= self._most_rows
            or self._bytes >= CONTENT_BYTES
            or len(self.layers) >= LAYERS
            or len(self.rejected) >= self._most_rows
            or self._rejected_bytes >= REJECTED_BYTES
        )

    def add(self, row: ClientRow, line: Line) -> None:
        self._bytes += len(line[1])
        depth = 0
        if row.phone in self.layers[0]:
            depth = self._add_again(row)
        else:
            self.layers[0][row.phone] = row
        if self._keeps_lines:
            self._lines.setdefault((depth, row.phone), line)

    def line_of(self, depth: int, phone: str) -> Line:
        """Return the line of the row with this phone in a layer."""
        return self._lines[depth, phone]

    def reject(self, line: RejectedRow) -> None:
        self.rejected.append(line)
        self._rejected_bytes += len(line.content)

    def _add_again(self, row: ClientRow) -> int:
        """Return the number of its layer."""
        depth = self._depths.get(row.phone, 0)
        if row == self.layers[depth][row.phone]:
            self.repeated += 1
            return depth
        self._depths[row.phone] = depth + 1
        if len(self.layers) == depth + 1:
            self.layers.append({})
        self.layers[depth + 1][row.phone] = row
        return depth + 1
