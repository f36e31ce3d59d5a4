"""What an import comes to: counts, the rejected lines, and the two ways a whole file can fail."""

from dataclasses import dataclass, field

from notification_service.directory.rules import storable

ERRORS_KEPT = 10_000
CONTENT_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that was not taken; `line` counts the file's physical lines from 1."""

    line: int
    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A line that was not taken, with what it holds: its bytes, or the first CONTENT_KEPT of them."""

    rejection: Rejection
    content: bytes


@dataclass(slots=True)
class ImportResult:
    """Counts of lines: `received` is the sum of the other four. Keeps the first ERRORS_KEPT rejections."""

    received: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: list[Rejection] = field(default_factory=list)

    @property
    def errors_truncated(self) -> bool:
        return self.rejected > len(self.errors)

    def add_rejection(self, rejection: Rejection) -> None:
        self.rejected += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(rejection)


class BadLine(Exception):  # noqa: N818
    """Why one line is not taken; its text is a sentence, which begins with the field where there is one."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(f"{field} {reason}" if field else reason)
        self.field = field

    def at(self, line: int) -> Rejection:
        return Rejection(line=line, reason=str(self), field=self.field)


@dataclass(frozen=True, slots=True)
class WrittenChunk:
    """What one transaction of an import writes: after it, the file is taken up to `last_line`."""

    counts: ImportResult
    rejected: list[RejectedRow]
    last_line: int


class FileRefused(Exception):  # noqa: N818
    """The file as a whole is not an import; nothing of it was taken."""


class ImportStopped(Exception):  # noqa: N818
    """The source broke off. `result` counts what was kept: lines read, but not yet written, are dropped."""

    def __init__(self, reason: str, result: ImportResult) -> None:
        super().__init__(reason)
        self.result = result


def shown(text: str) -> str:
    """A stranger's text as it may stand in a reason: short, quoted, and encodable."""
    cut = text if len(text) <= 40 else f"{text[:40]}…"
    return storable(f'"{cut}"')
