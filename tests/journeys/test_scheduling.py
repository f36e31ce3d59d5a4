"""How a worker's threads are scheduled."""

import os
import sys

import psutil
import pytest

from tests.journeys.mailing import make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service


@pytest.mark.skipif(sys.platform != "linux", reason="batch scheduling is Linux's")
def test_all_threads_of_a_worker_that_sends_are_scheduled_as_a_batch(service: Service) -> None:
    service.start_gateway()
    service.start_beat()
    worker = service.start_worker()
    make_clients(10)
    wait_until_finished(start_mailing())
    if "no batch scheduling" in service.log("worker"):
        pytest.skip("this system does not let a process be scheduled as a batch")
    threads = psutil.Process(worker.pid).threads()
    assert len(threads) > 1
    policies = {os.sched_getscheduler(thread.id) for thread in threads}
    assert policies == {os.SCHED_BATCH}
