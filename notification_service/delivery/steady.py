"""The clock by which a worker judges leases: nobody sets it, and it goes on while the machine sleeps."""

import time

# Linux's monotonic clock rests with the machine; macOS's goes on.
CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_seconds() -> float:
    return time.clock_gettime(CLOCK)
