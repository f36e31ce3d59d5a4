"""Which encoding a file is in, and its bytes as the import needs them, in UTF-8."""

import codecs
import re

from notification_service.directory.importing.lines import Read
from notification_service.directory.models import ClientUpload

Encoding = ClientUpload.Encoding

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
MARK_BYTES = 4
ENOUGH = 100_000  # letters beyond ASCII, after which nothing new is learned

FOREIGN_BYTE = re.compile("[\udc80-\udcff]")
BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


class EncodingGuess:
    """A file is Windows-1251 if most of what is beyond ASCII is not UTF-8.

    A file in UTF-8 with a few broken lines stays UTF-8: the import rejects those lines.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._good = self._bad = 0
        self._is_utf16 = self._has_begun = False

    def feed(self, block: bytes) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._is_utf16 = _is_utf16(block)
        if self._is_utf16 or block.isascii() or self._good + self._bad > ENOUGH:
            return
        text = self._decoder.decode(block)
        self._good += len(BEYOND_ASCII.findall(text))
        self._bad += len(FOREIGN_BYTE.findall(text))

    @property
    def encoding(self) -> Encoding:
        if self._is_utf16:
            return Encoding.UTF16
        return Encoding.CP1251 if self._bad > self._good else Encoding.UTF8


def by_mark(read: Read) -> Read:
    """UTF-16 is recognised by its first two bytes. Without them, it is UTF-8, or is refused line by line."""
    chosen: list[Read] = []

    def read_as_utf8(size: int) -> bytes:
        if not chosen:
            head = read(size)
            while len(head) < MARK_BYTES and (more := read(size)):
                head += more
            chosen.append(as_utf8(_after(head, read), Encoding.UTF16 if _is_utf16(head) else Encoding.UTF8))
        return chosen[0](size)

    return read_as_utf8


def _after(head: bytes, read: Read) -> Read:
    heads = [head]
    return lambda size: heads.pop() if heads else read(size)


def _is_utf16(start: bytes) -> bool:
    return start.startswith(UTF16_MARKS) and not start.startswith(UTF32_MARKS)


def as_utf8(read: Read, encoding: str) -> Read:
    """Return the same text in UTF-8. A byte that the encoding lacks stays, and is refused with its line."""
    if encoding == Encoding.UTF8:
        return read
    errors = "surrogateescape" if encoding == Encoding.CP1251 else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)

    def read_as_utf8(size: int) -> bytes:
        while block := read(size):
            if text := decoder.decode(block):
                return text.encode("utf-8", "surrogateescape")
        return decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")

    return read_as_utf8
