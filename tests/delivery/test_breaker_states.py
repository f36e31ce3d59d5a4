"""The breaker as a state machine: whatever two workers do to it, in whichever order, on the real rows."""

import asyncio
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from notification_service.delivery.database import Database
from notification_service.delivery.gateway_row import GatewayRow
from notification_service.mailings.reasons import Why, read_row
from tests.delivery.database import config, gateway_id
from tests.depth import examples
from tests.reasons import http_status

REASONS = (http_status(503), http_status(401))
COLUMNS = (
    "SELECT held_at, held_reason, held_reason_number, probe_at, probing_since, now() FROM mailings_gateway"
    " WHERE name = 'main'"
)


class Breaker(RuleBasedStateMachine):
    """What a worker may do to the row; `state` is what the row must then say."""

    conninfo = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        gateway = gateway_id(self.conninfo)
        self.databases = [
            Database(self.conninfo, worker=name, gateway_id=gateway) for name in ("first", "second")
        ]
        self.workers = [
            GatewayRow(database, config(probe_interval_seconds=60)) for database in self.databases
        ]
        self.state, self.since = "closed", None
        self.reason: Why | None = None
        self.other = psycopg.connect(self.conninfo, autocommit=True)
        self._run(self.workers[0].release())

    def _run(self, call: Any) -> Any:
        return self.loop.run_until_complete(call)

    @rule(worker=st.integers(0, 1), reason=st.sampled_from(REASONS))
    def hold(self, worker: int, reason: Why) -> None:
        self._run(self.workers[worker].hold(reason))
        self.state, self.reason = "open", reason
        self.since = self.since or self._row()[0]

    @rule(worker=st.integers(0, 1))
    def release(self, worker: int) -> None:
        self._run(self.workers[worker].release())
        self.state, self.reason, self.since = "closed", None, None

    @rule(worker=st.integers(0, 1))
    def ask_to_probe(self, worker: int) -> None:
        """One of them gets it, once in an interval; none while messages go to the gateway."""
        is_due = self.state != "closed" and self._row()[3] <= self._row()[5]
        assert self._run(self.workers[worker].take_probe()) == is_due
        if is_due:
            self.state = "half open"

    @rule(worker=st.integers(0, 1))
    def find_nothing_to_probe_with(self, worker: int) -> None:
        self._run(self.workers[worker].end_probe())
        self.state = "closed" if self.state == "closed" else "open"

    @rule()
    def wait_for_the_interval(self) -> None:
        self.other.execute("UPDATE mailings_gateway SET probe_at = now() WHERE probe_at IS NOT NULL")

    @invariant()
    def the_row_says_so(self) -> None:
        held_at, code, number, probe_at, probing_since, _ = self._row()
        state = "closed" if held_at is None else "open" if probing_since is None else "half open"
        assert (state, read_row(code, number), held_at) == (self.state, self.reason, self.since)
        assert (probe_at is not None) == (state != "closed")
        assert all(self._is_held(worker) == (state != "closed") for worker in self.workers)

    def _is_held(self, worker: GatewayRow) -> bool:
        return bool(self._run(worker.snapshot()).is_held)

    def _row(self) -> tuple[Any, ...]:
        row = self.other.execute(COLUMNS).fetchone()
        assert row is not None
        return row

    def teardown(self) -> None:
        for database in self.databases:
            self._run(database.close())
        self.loop.close()
        self.other.close()


@pytest.mark.timeout(120)
def test_two_workers_move_the_breaker_only_through_the_documented_states(conninfo: str) -> None:
    machine = type("BreakerHere", (Breaker,), {"conninfo": conninfo})
    few = settings(
        max_examples=examples(25),
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)
