"""A worker whose clock is wrong by hours: the database's decides (rules 3 and 4)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notification_service.directory.models import Client
from notification_service.mailings.wake_up import SETTLE
from notification_service.worker.hearing import SILENT_AFTER
from tests.journeys.mailing import (
    check_rules,
    make_clients,
    start_mailing,
    wait_until_finished,
    window_around_now,
)
from tests.journeys.service import Service, wait_until
from tests.journeys.witness import CALLS_VARIABLE
from tests.journeys.wrong_clock import COMPILER, build_clock, clock_ahead

pytestmark = pytest.mark.skipif(not COMPILER, reason="a C compiler on Linux moves the worker's clock")


@pytest.mark.parametrize("seconds", [60, -60])
def test_a_worker_whose_clock_is_a_minute_off_hears_every_call(
    service: Service, tmp_path: Path, seconds: int
) -> None:
    make_clients(100)
    service.start_gateway()
    service.start_beat()
    service.worker_options = ["--include", "tests.journeys.witness"]
    calls = {CALLS_VARIABLE: str(service.folder / "calls.log")}
    service.start_worker(**clock_ahead(build_clock(tmp_path), seconds), **calls)
    assert wait_until_finished(start_mailing())["sent"] == 100
    wait_until(lambda: len(service.calls(SETTLE)) > SILENT_AFTER, what="calls for longer than a silence")
    assert "broker not heard" not in service.log("worker")


@pytest.mark.parametrize("hours", [5, -5])
def test_a_worker_with_a_wrong_clock_keeps_to_the_deadline_and_local_hours(
    service: Service, tmp_path: Path, hours: int
) -> None:
    clock = clock_ahead(build_clock(tmp_path), hours * 3600)
    shown = [sys.executable, "-c", "import time; print(time.time())"]
    told = subprocess.run(shown, env=service.environment | clock, check=True, capture_output=True, text=True)
    assert abs(float(told.stdout) - datetime.now(UTC).timestamp() - hours * 3600) < 60
    make_clients(3000, zones=("Etc/GMT-3", "Etc/GMT-8", "Etc/GMT+2"))
    inside = Client.objects.filter(timezone="Etc/GMT-3").count()
    service.start_gateway("--latency-ms", "100")
    service.start_beat()
    service.start_worker(**clock)
    opens, closes = window_around_now(3)
    mailing = start_mailing(
        window_from=opens, window_to=closes, end_at=datetime.now(UTC) + timedelta(seconds=6)
    )

    counts = wait_until_finished(mailing, seconds=40)
    assert 0 < counts["sent"] <= inside
    assert counts["sent"] + counts["expired"] == 3000
    check_rules(mailing, service)
    zones = dict(Client.objects.values_list("phone", "timezone"))
    received = [request for requests in service.requests().values() for request in requests]
    assert {zones[request.phone] for request in received} == {"Etc/GMT-3"}
