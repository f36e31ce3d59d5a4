import os
import socket
import subprocess
import sys

import pytest

from notification_service.mailings.heartbeats import forget_ended_workers, record_heartbeat
from notification_service.mailings.models import Worker


@pytest.mark.django_db
def test_workers_of_this_host_are_forgotten_once_their_process_is_gone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = f"{socket.gethostname()}:{os.getpid()}"
    for name in (here, f"{socket.gethostname()}:{ended.pid}", f"elsewhere:{ended.pid}"):
        record_heartbeat(name, silent_seconds=0)
    forget_ended_workers()
    assert sorted(Worker.objects.values_list("name", flat=True)) == sorted([here, f"elsewhere:{ended.pid}"])
