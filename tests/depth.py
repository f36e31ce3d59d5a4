"""How much of what could be tried without end is tried: little in `make test`, much in `make test-deep`."""

import os

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
IS_DEEP = DEPTH > 1


def examples(count: int) -> int:
    """For Hypothesis' `max_examples`."""
    return count * DEPTH
