"""Repairs a response's head that the parser refuses, so that we can read that a message was taken. Pure.

Seen in the field: a space before a header's colon, lines that are folded or have no colon, bytes in a name
that are not text, two lengths, lines that end in a bare newline.
"""

import re

STATUS_LINE = re.compile(rb"HTTP/1[.,]?([01])?[ \t]+(\d{3})(?:[ \t].*)?", re.IGNORECASE)
END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n")
NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROLS = re.compile(rb"[\0-\x08\x0a-\x1f\x7f]")


def repair(received: bytes) -> bytes | None:
    """Return what was received with a new head; None while the head is not complete.

    Raises ValueError if it does not begin like an HTTP response.
    """
    if not b"HTTP/".startswith(received[:5].upper()):
        raise ValueError("no HTTP response")
    end = END_OF_HEAD.search(received)
    if end is None:
        return None
    status_line, *lines = re.split(rb"\r?\n", received[: end.start()])
    status = STATUS_LINE.fullmatch(status_line.strip())
    if status is None:
        raise ValueError("no HTTP status")
    version = b"1.0" if status[1] == b"0" else b"1.1"
    head = b"HTTP/" + version + b" " + status[2] + b" \r\n"
    head += b"".join(name + b": " + value + b"\r\n" for name, value in _headers(lines).items())
    return head + b"\r\n" + received[end.end() :]


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    """Return those that can be read, by their names in lower case; of two with one name, the first."""
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.strip().lower(), CONTROLS.sub(b"", value).strip()
        if line[:1] in (b" ", b"\t") or not colon or not NAME.fullmatch(name):
            continue  # the rest of a folded line, or not a header at all
        if name == b"content-length" and not value.isdigit():
            continue  # the body then ends where the connection does
        headers.setdefault(name, value)
    return headers
