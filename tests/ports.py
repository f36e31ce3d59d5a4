"""Ports for servers that tests start: no other process of a test run, and no connection, takes them first.

A port that is asked of the system is anybody's until a server listens on it. These lie below those that
the system gives away, and each process has some of its own, for as long as it lives.
"""

import socket
from collections.abc import Iterator
from functools import cache

from notification_service.standalone.processes.free_port import LOOPBACK, is_free

BLOCKS = range(20_000, 32_000, 100)  # the first port of each is the proof of who has it


def free_port() -> int:
    return next(port for port in _ports() if is_free(port))


@cache
def _ports() -> Iterator[int]:
    return _round(_claim_block())


@cache
def _claim_block() -> socket.socket:
    for first in BLOCKS:
        claim = socket.socket()
        try:
            claim.bind((LOOPBACK, first))
        except OSError:
            claim.close()
        else:
            return claim
    raise RuntimeError(f"no hundred ports are free from {BLOCKS.start} to {BLOCKS.stop}")


def _round(claim: socket.socket) -> Iterator[int]:
    first: int = claim.getsockname()[1]
    while True:
        yield from range(first + 1, first + BLOCKS.step)
