"""When messages may go."""

from dataclasses import dataclass
from datetime import time
from typing import Literal

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class SendWindow:
    """In each client's own time: hours of the day, or all day on `days` or outside `holidays`."""

    from_: time | None = None
    to: time | None = None
    days: tuple[Day, ...] | None = None
    holidays: str | None = None  # a country, such as "RU"
