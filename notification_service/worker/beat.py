"""Beat's clock."""

from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    """Celery's own, which remembers no last run; its ticks are wake-up calls."""

    def adjust(self, n: Any, drift: float = 0.0) -> Any:
        """Sleep until a call is due: Celery wakes 10 ms earlier, and spends them asking whether it is."""
        return super().adjust(n, drift)
