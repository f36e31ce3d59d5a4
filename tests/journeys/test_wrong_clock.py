"""A worker whose clock is wrong by hours: the database's decides (rules 3 and 4)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notification_service.directory.models import Client
from tests.journeys.mailing import (
    check_rules,
    make_clients,
    start_mailing,
    wait_until_finished,
    window_around_now,
)
from tests.journeys.service import Service
from tests.journeys.wrong_clock import COMPILER, build_clock, clock_ahead

pytestmark = pytest.mark.skipif(not COMPILER, reason="a C compiler on Linux moves the worker's clock")


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
