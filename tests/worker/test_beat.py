"""Beat calls in time, and sleeps in between."""

import time
from typing import Any

from celery import Celery
from celery.beat import ScheduleEntry

from notification_service.worker.beat import Scheduler

EVERY_SECONDS = 0.1
CALLS = 5


class CountingScheduler(Scheduler):
    calls = 0
    producer = None  # type: ignore[assignment]  # it would connect

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **_: Any) -> None:
        self.calls += 1


def test_beat_sleeps_until_a_call_is_due() -> None:
    app = Celery("test", set_as_current=False)
    app.conf.beat_schedule = {"call": {"task": "call", "schedule": EVERY_SECONDS}}
    scheduler = CountingScheduler(app, lazy=True)
    scheduler.setup_schedule()
    ticks = 0
    while scheduler.calls < CALLS:
        time.sleep(max(0.0, scheduler.tick()))
        ticks += 1
    assert ticks < 10 * CALLS
