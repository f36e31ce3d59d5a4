"""Which workers live, and what each is called."""

import os
import socket
import subprocess
import sys

import pytest

from notification_service.mailings.heartbeats import forget_ended_workers, record_heartbeat, worker_name
from notification_service.mailings.models import Worker

SAME_PROCESS_ID = "import os; os.getpid = lambda: 1; "
NAME = "from notification_service.mailings.heartbeats import worker_name; print(worker_name())"


@pytest.mark.django_db
def test_workers_of_this_host_are_forgotten_once_their_process_is_gone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = worker_name()
    for name in (here, f"{socket.gethostname()}:{ended.pid}:abc", f"elsewhere:{ended.pid}"):
        record_heartbeat(name, silent_seconds=0)
    forget_ended_workers()
    assert sorted(Worker.objects.values_list("name", flat=True)) == sorted([here, f"elsewhere:{ended.pid}"])


def test_a_worker_is_named_after_its_host_and_process() -> None:
    assert worker_name().startswith(f"{socket.gethostname()}:{os.getpid()}:")
    assert worker_name() == worker_name()


def test_two_containers_on_one_host_have_different_names() -> None:
    """Both are process 1, under the host's name: as one worker they would share one quota of a gateway."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "notification_service.settings"}
    command = [sys.executable, "-c", f"import django; django.setup(); {SAME_PROCESS_ID}{NAME}"]
    names = {
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(names) == 2
    assert {name.split(":")[-2] for name in names} == {"1"}
