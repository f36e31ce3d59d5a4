"""Beat's clock."""

from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    """Celery's own, without a memory of its last run: its ticks are only wake-up calls."""

    def adjust(self, n: Any, drift: float = 0.0) -> Any:
        """Sleep until a call is due. Celery wakes up 10 ms earlier and polls until it is."""
        return super().adjust(n, drift)
