"""The last requests received, limited in number and in the length of their texts."""

import sys
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

# A mailing repeats one text: a long text is kept once, and only distinct texts count towards the limit.
_LONG_TEXT: Final = 128
_MAX_CHARACTERS: Final = 16 * 1024 * 1024


class Received(NamedTuple):
    """One request; parts that could not be read are None."""

    received_at: float
    msg_id: int | None
    phone: int | None
    text: str | None
    answer: str


class Ring:
    def __init__(self, *, keep: int) -> None:
        self._keep = keep
        self._kept: deque[Received] = deque()
        self._long_texts: Counter[str] = Counter()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def append(self, received: Received) -> None:
        text = received.text
        if text is not None and len(text) > _LONG_TEXT:
            text = sys.intern(text)
            received = received._replace(text=text)
            self._hold(text)
        self._kept.append(received)
        while len(self._kept) > self._keep or self._characters > _MAX_CHARACTERS:
            self._drop_oldest()

    def clear(self) -> None:
        self._kept.clear()
        self._long_texts.clear()
        self._characters = 0

    def slice(self, start: int, count: int) -> Iterator[Received]:
        return islice(self._kept, start, start + count)

    def newest_first(self) -> Iterator[Received]:
        return reversed(self._kept)

    def _hold(self, text: str) -> None:
        if text not in self._long_texts:
            self._characters += len(text)
        self._long_texts[text] += 1

    def _drop_oldest(self) -> None:
        text = self._kept.popleft().text
        if text is None or len(text) <= _LONG_TEXT:
            return
        self._long_texts[text] -= 1
        if not self._long_texts[text]:
            del self._long_texts[text]
            self._characters -= len(text)
