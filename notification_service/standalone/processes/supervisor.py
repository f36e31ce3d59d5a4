"""Keeps parts of the service running, and stops them in the reverse order of their start."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from notification_service.standalone.processes.child import Child, describe_exit
from notification_service.standalone.processes.log_rotation import rotate_log
from notification_service.standalone.processes.signals import StopRequests

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
HURRIED_SECONDS = 1.0
TICK_SECONDS = 0.1  # between looks at what tells nobody when it comes true
LOG_CHECK_SECONDS = 5.0

Report = Callable[[str], None]


class SupervisedProcess(Protocol):
    """What is kept running: a child process."""

    @property
    def name(self) -> str: ...
    @property
    def log_path(self) -> Path | None: ...
    @property
    def stop_seconds(self) -> float: ...

    def launch(self) -> None: ...
    def exit_code(self) -> int | None: ...
    def request_stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(slots=True)
class Watched:
    part: SupervisedProcess
    started_at: float
    delay_seconds: float = FIRST_DELAY_SECONDS
    restart_at: float | None = None


class Supervisor:
    def __init__(self, stop_requests: StopRequests, report: Report) -> None:
        self._stop_requests = stop_requests
        self._report = report
        self._stages: list[list[Watched]] = []
        self._logs_checked_at = 0.0

    def watch(self, *parts: SupervisedProcess) -> None:
        """Keep running parts running; those named together are stopped together."""
        now = time.monotonic()
        self._stages.append([Watched(part, now) for part in parts])

    def start(self, *parts: Child) -> None:
        self.watch(*parts)
        for part in parts:
            part.launch()

    def run(self, *, until: Callable[[], bool] | None = None, seconds: float = float("inf")) -> bool:
        """Supervise until the condition holds (True), the time is over or a stop is asked for (False)."""
        deadline = time.monotonic() + seconds
        while not self._stop_requests.count and time.monotonic() < deadline:
            if until is not None and until():
                return True
            self._tick()
            next_tick_at = self._next_tick_at() if until is None else time.monotonic() + TICK_SECONDS
            self._stop_requests.sleep(min(next_tick_at, deadline) - time.monotonic())
        return False

    def _next_tick_at(self) -> float:
        restarts = [watched.restart_at for watched in self._all_watched() if watched.restart_at is not None]
        return min(self._logs_checked_at + LOG_CHECK_SECONDS, *restarts, float("inf"))

    def run_task(self, task: Child) -> int | None:
        """Return the exit code of a process that is meant to end; None if a stop was requested first."""
        task.launch()
        try:
            finished = self.run(until=lambda: task.exit_code() is not None)
            return task.exit_code() if finished else None
        finally:
            task.stop()

    def stop(self) -> bool:
        """Return True if every part ended in time, False if one had to be killed."""
        clean = True
        while self._stages:
            clean = self._stop_stage([watched.part for watched in self._stages.pop()]) and clean
        return clean

    def _tick(self) -> None:
        now = time.monotonic()
        for watched in self._all_watched():
            if watched.restart_at is None:
                self._plan_restart(watched, now)
            elif now >= watched.restart_at:
                self._restart(watched, now)
        if now - self._logs_checked_at >= LOG_CHECK_SECONDS:
            self._logs_checked_at = now
            self._bound_logs()

    def _plan_restart(self, watched: Watched, now: float) -> None:
        code = watched.part.exit_code()
        if code is None:
            return
        if now - watched.started_at > HEALTHY_SECONDS:
            watched.delay_seconds = FIRST_DELAY_SECONDS
        watched.restart_at = now + watched.delay_seconds
        self._report(
            f"{watched.part.name} ended unexpectedly ({describe_exit(code)}): "
            f"starting it again in {watched.delay_seconds:g} s, see {watched.part.log_path}"
        )
        watched.delay_seconds = min(watched.delay_seconds * 2, LONGEST_DELAY_SECONDS)

    def _restart(self, watched: Watched, now: float) -> None:
        watched.restart_at, watched.started_at = None, now
        try:
            watched.part.launch()
        except OSError as error:
            # It has no new process, so the next tick finds the old exit and waits longer.
            self._report(f"{watched.part.name} could not be started: {error.strerror}")

    def _bound_logs(self) -> None:
        for watched in self._all_watched():
            if watched.part.log_path is not None:
                with contextlib.suppress(OSError):
                    rotate_log(watched.part.log_path)

    def _all_watched(self) -> list[Watched]:
        return [watched for stage in self._stages for watched in stage]

    def _stop_stage(self, parts: Sequence[SupervisedProcess]) -> bool:
        for part in parts:
            part.request_stop()
        # A second signal kills what is being waited for; the rest, like the database, still gets a moment.
        was_hurried = self._stop_requests.is_impatient
        seconds = HURRIED_SECONDS if was_hurried else max(part.stop_seconds for part in parts)
        deadline = time.monotonic() + seconds
        while any(part.exit_code() is None for part in parts):
            hurried_now = self._stop_requests.is_impatient and not was_hurried
            if hurried_now or time.monotonic() > deadline:
                break
            time.sleep(TICK_SECONDS / 5)
        slow = [part for part in parts if part.exit_code() is None]
        for part in slow:
            self._report(f"{part.name} did not stop in time and was killed")
        for part in parts:
            part.kill()
        return not slow
