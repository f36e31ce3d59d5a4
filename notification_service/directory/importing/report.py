"""The result of an import: counts, the rejected lines, and two ways in which a whole file can fail."""

from dataclasses import dataclass, field

from notification_service.directory.rules import storable

ERRORS_KEPT = 10_000
CONTENT_KEPT = 64 * 1024 + 1  # so that a line that is too long is still too long


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected line; `line` counts the file's physical lines from 1."""

    line: int
    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A rejected line with its content: its bytes, or the first CONTENT_KEPT of them."""

    rejection: Rejection
    content: bytes

    @property
    def text(self) -> str:
        """Return the content with what PostgreSQL cannot store spelled out."""
        return storable(self.content.decode("utf-8", "backslashreplace"))


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
    """Why a line is rejected. Its text is a sentence, which begins with the field if there is one."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(f"{field} {reason}" if field else reason)
        self.field = field

    def at(self, line: int) -> Rejection:
        return Rejection(line=line, reason=str(self), field=self.field)


@dataclass(frozen=True, slots=True)
class WrittenChunk:
    """What one transaction of an import writes. After it, the file is imported up to `last_line`."""

    counts: ImportResult
    rejected: list[RejectedRow]
    last_line: int


class FileRefused(Exception):  # noqa: N818
    """The file as a whole cannot be imported; nothing of it was."""


class ImportStopped(Exception):  # noqa: N818
    """The source broke off. `result` counts what was kept: lines that were not yet written are dropped."""

    def __init__(self, reason: str, result: ImportResult) -> None:
        super().__init__(reason)
        self.result = result


def shown(text: str) -> str:
    """Return an unknown text in a form that is fit for a reason: short, quoted, and encodable."""
    cut = text if len(text) <= 40 else f"{text[:40]}…"
    return storable(f'"{cut}"')
