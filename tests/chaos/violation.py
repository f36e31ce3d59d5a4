"""A rule that was broken."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.evidence import Story


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    detail: str
    story: Story | None = None


Found = Iterator[tuple[Story | None, str]]
