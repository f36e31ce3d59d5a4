"""The rows that are written together: what one transaction holds, and what memory has to."""

from notification_service.directory.importing.report import RejectedRow
from notification_service.directory.importing.rows import ClientRow

ATTRIBUTES_CHARACTERS = 16 * 1024 * 1024
REJECTED_BYTES = 4 * 1024 * 1024
LAYERS = 50


class Chunk:
    """Rows in layers, each with a phone at most once.

    A phone that comes again goes into the next layer, so that the lines of one client act one after
    another, as they would from two files. A line that repeats the one before changes nothing.
    `last_line` is the last of the file's lines that the chunk and those before it took.
    """

    def __init__(self, *, most_rows: int) -> None:
        self._most_rows = most_rows
        self.layers: list[dict[str, ClientRow]] = [{}]
        self.repeated = 0
        self.last_line = 0
        self.rejected: list[RejectedRow] = []
        self._rejected_bytes = 0
        self._depths: dict[str, int] = {}
        self._attributes_characters = 0

    @property
    def is_full(self) -> bool:
        return (
            len(self.layers[0]) >= self._most_rows
            or self._attributes_characters >= ATTRIBUTES_CHARACTERS
            or len(self.layers) >= LAYERS
            or len(self.rejected) >= self._most_rows
            or self._rejected_bytes >= REJECTED_BYTES
        )

    def add(self, row: ClientRow) -> None:
        if row.attributes is not None:
            self._attributes_characters += len(row.attributes)
        if row.phone in self.layers[0]:
            self._add_again(row)
        else:
            self.layers[0][row.phone] = row

    def reject(self, line: RejectedRow) -> None:
        self.rejected.append(line)
        self._rejected_bytes += len(line.content)

    def _add_again(self, row: ClientRow) -> None:
        depth = self._depths.get(row.phone, 0)
        if row == self.layers[depth][row.phone]:
            self.repeated += 1
            return
        self._depths[row.phone] = depth + 1
        if len(self.layers) == depth + 1:
            self.layers.append({})
        self.layers[depth + 1][row.phone] = row
