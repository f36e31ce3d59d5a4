"""People and programs at work at once: each lane does its part of a schedule, one thing after another."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from tests.chaos.api import Reply
from tests.chaos.events import Event
from tests.chaos.history import Changes

Value = TypeVar("Value")
Actions = Mapping[str, Callable[[Event], None]]


class Lanes:
    """What concerns one subject is done in one lane, in order."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.errors: list[BaseException] = []

    def start(self, events: Iterable[Event], actions: Actions, *, began_at: float) -> list[threading.Thread]:
        """`began_at`: the storm's start in seconds since the epoch."""
        mine = [event for event in events if event.action in actions]
        lanes = [[event for event in mine if event.subject % self._number == n] for n in range(self._number)]
        threads = [
            threading.Thread(target=self._work, args=(lane, actions, began_at), daemon=True) for lane in lanes
        ]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, events: list[Event], actions: Actions, began_at: float) -> None:
        try:
            for event in events:
                time.sleep(max(0.0, began_at + event.at - time.time()))
                actions[event.action](event)
        except BaseException as error:
            self.errors.append(error)
            raise


class Asker:
    """Notes in the history what is asked for and what came of it."""

    def __init__(self) -> None:
        self.refused = 0
        self.in_doubt = 0

    def change(self, changes: Changes[Value], value: Value, call: Callable[[], Reply]) -> None:
        change = changes.ask(value, at=time.time())
        reply = call()
        if reply.is_success or (reply.status == 404 and not reply.is_first_try):
            changes.settle(change, answered_at=reply.answered_at)
        elif reply.is_first_try:
            changes.withdraw(change)
            self.refused += 1
        else:  # refused, perhaps because an earlier try that was not answered had done it
            self.in_doubt += 1
