"""From bytes to physical lines, in limited memory whatever the bytes are."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory.importing.report import BadLine, FileRefused

Read = Callable[[int], bytes]
Line = tuple[int, bytes]

BLOCK_BYTES = 256 * 1024
LINE_BYTES = 64 * 1024

UTF8_BOM = b"\xef\xbb\xbf"
PICTURE = gettext_lazy("This is a picture: what is needed is a table, saved as CSV in UTF-8.")
FOREIGN = {
    b"\x1f\x8b": gettext_lazy("This is a gzip archive: unpack it first."),
    b"PK\x03\x04": gettext_lazy(
        "This is an Excel workbook or a ZIP archive: save the sheet as CSV in UTF-8."
    ),
    b"\xd0\xcf\x11\xe0": gettext_lazy("This is an old Excel workbook: save the sheet as CSV in UTF-8."),
    b"BZh": gettext_lazy("This is a bzip2 archive: unpack it first."),
    b"\xfd7zXZ": gettext_lazy("This is an xz archive: unpack it first."),
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"%PDF": gettext_lazy("This is a PDF: what is needed is the table itself, saved as CSV in UTF-8."),
    b"\x28\xb5\x2f\xfd": gettext_lazy("This is a zstd archive: unpack it first."),
    b"\xff\xfe": gettext_lazy("The file is in UTF-16: save it as UTF-8."),
    b"\xfe\xff": gettext_lazy("The file is in UTF-16: save it as UTF-8."),
    b"\0\0\xfe\xff": gettext_lazy("The file is in UTF-32: save it as UTF-8."),
}


class NumberedLines:
    """Physical lines with their numbers. A reader can take lines ahead and give them back."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = enumerate(lines, 1)
        self._returned: deque[Line] = deque()
        self._taken = 0

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self._taken = line[0]
        return line

    @property
    def last_taken(self) -> int:
        return self._taken

    def skip_to(self, number: int) -> None:
        """Continue after the line with this number, if it is still ahead."""
        while self._taken < number and next(self, None):
            pass

    def give_back(self, lines: list[Line]) -> None:
        self._returned.extendleft(reversed(lines))
        if lines:
            self._taken = lines[0][0] - 1


def read_lines(read: Read) -> Iterator[bytes]:
    """Yield lines without their ends (LF, CRLF or CR) and without the BOM.

    Of a line longer than LINE_BYTES, only a part comes that is itself longer, so that `decode` refuses it.
    Raises FileRefused if the first bytes are those of another kind of file.
    """
    lines = _split_lines(read)
    for first in lines:
        refuse_foreign(first)
        yield first.removeprefix(UTF8_BOM)
        break
    yield from lines


def decode(line: bytes) -> str:
    """Raises BadLine for what a line may not contain."""
    if len(line) > LINE_BYTES:
        raise BadLine(_("The line is longer than %(size)d KiB.") % {"size": LINE_BYTES // 1024})
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        byte = line[error.start]
        facts = {"place": error.start + 1, "byte": f"0x{byte:02x}"}
        raise BadLine(_("Byte %(place)d of the line (%(byte)s) is not UTF-8.") % facts) from None
    if "\0" in text:
        raise BadLine(_("Character %(place)d of the line is NUL.") % {"place": text.index(chr(0)) + 1})
    return text


def _split_lines(read: Read) -> Iterator[bytes]:
    tail = b""
    while block := read(BLOCK_BYTES):
        lines = (tail + block).splitlines()
        tail = b"" if block.endswith(b"\n") else _unfinished(lines.pop(), block)
        yield from lines
    if tail:
        yield tail.removesuffix(b"\r")


def _unfinished(line: bytes, block: bytes) -> bytes:
    # A CR at the end of a block may be half of a CRLF: it stays with its line until the next block.
    return line[: LINE_BYTES + 1] + (b"\r" if block.endswith(b"\r") else b"")


def refuse_foreign(first: bytes) -> None:
    """Raises FileRefused if the first line is that of another kind of file."""
    for magic, reason in FOREIGN.items():
        if first.startswith(magic):
            raise FileRefused(str(reason))
    if b"\0" in first:
        raise FileRefused(_("The first line has NUL bytes: the file is not text in UTF-8."))
