"""The clock for leases. Nobody sets it, and it goes on while the machine is suspended."""

import time

# Linux's monotonic clock stops while the machine is suspended; macOS's goes on.
CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_seconds() -> float:
    return time.clock_gettime(CLOCK)
