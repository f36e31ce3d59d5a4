"""What the simulator received: counters, the last requests, and the log. It knows nothing of HTTP."""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import count, islice
from json.encoder import encode_basestring_ascii as quote
from pathlib import Path
from typing import Any, BinaryIO

from .ring import Received, Ring


class Ledger:
    def __init__(self, *, keep: int, log_path: Path | None = None) -> None:
        self._log = _open_for_owner_alone(log_path) if log_path else None
        self._unwritten: list[str] = []
        self._ring = Ring(keep=keep)
        self._seq = 0  # clear() does not reset it, so that no two log lines have one number
        self.clear()

    def clear(self) -> None:
        """Delete everything but the log file and the running number."""
        self._ring.clear()
        # Message id -> requests so far * 2 + taken. One dict of small numbers holds a million ids in 80 MB.
        self._tallies: dict[int, int] = {}
        self._answers: Counter[str] = Counter()
        self._accepted = 0
        self._duplicates = 0
        self._second = 0
        self._in_second = 0
        self._in_previous_second = 0

    def count_request(self, msg_id: int) -> int:
        """Return which request for this message this is, from 1."""
        tally = self._tallies.get(msg_id, 0)
        self._tallies[msg_id] = tally + 2
        self._duplicates += tally & 1
        return (tally >> 1) + 1

    def mark_taken(self, msg_id: int) -> None:
        tally = self._tallies[msg_id]
        if not tally & 1:
            self._tallies[msg_id] = tally | 1
            self._accepted += 1

    def record(self, received: Received) -> None:
        self._seq += 1
        self._answers[received.answer] += 1
        self._ring.append(received)
        self._count_in_second(int(received.received_at))
        if self._log:
            self._unwritten.append(_line(self._seq, received))

    @property
    def has_log(self) -> bool:
        return self._log is not None

    def flush(self) -> None:
        if self._log and self._unwritten:
            lines, self._unwritten = self._unwritten, []
            self._log.write("".join(lines).encode())
            self._log.flush()

    def close(self) -> None:
        self.flush()
        if self._log:
            self._log.close()

    def requests(self, *, after: int, limit: int) -> Iterator[str]:
        """Return the kept requests numbered above `after`, oldest first, each as a line of JSON."""
        oldest = self._seq - len(self._ring) + 1
        start = max(after + 1 - oldest, 0)
        return map(_line, count(oldest + start), self._ring.slice(start, limit))

    def latest(self, most: int) -> list[Received]:
        """Newest first."""
        return list(islice(self._ring.newest_first(), most))

    def stats(self, *, now: float) -> dict[str, Any]:
        return {
            "requests": self._answers.total(),
            "accepted": self._accepted,
            "duplicates": self._duplicates,
            "answers": dict(sorted(self._answers.items())),
            "requests_per_second": self._rate(int(now)),
            "kept": len(self._ring),
            "last_seq": self._seq,
        }

    def _count_in_second(self, second: int) -> None:
        if second != self._second:
            self._in_previous_second = self._in_second if second == self._second + 1 else 0
            self._second, self._in_second = second, 0
        self._in_second += 1

    def _rate(self, second: int) -> int:
        """Requests in the last whole second."""
        if second == self._second:
            return self._in_previous_second
        return self._in_second if second == self._second + 1 else 0


def _open_for_owner_alone(path: Path) -> BinaryIO:
    """The log holds whole phone numbers."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _line(seq: int, received: Received) -> str:
    # Written by hand, in a fifth of the time of json.dumps, because every request is logged.
    text = "null" if received.text is None else quote(received.text)
    return (
        f'{{"seq": {seq}, "received_at": {received.received_at:.6f}, "msg_id": {_number(received.msg_id)}, '
        f'"phone": {_number(received.phone)}, "text": {text}, "answer": "{received.answer}"}}\n'
    )


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)
