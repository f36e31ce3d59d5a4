"""The program that keeps a server: who joins while it ends must not find a server that is gone."""

import subprocess
import sys
from pathlib import Path

from notification_service.standalone.processes.embedded_server import KEEP
from notification_service.standalone.processes.folder_lock import UsersLock
from tests.journeys.service import wait_until

# It says that it runs, and whether the record was still there when it was told to stop.
SERVER = """
import pathlib, signal, sys
here = pathlib.Path(sys.argv[1])
def stop(*_):
    here.joinpath("seen").write_text(str((here / "record").exists()))
    sys.exit()
signal.signal(signal.SIGINT, stop)
here.joinpath("runs").touch()
while True: signal.pause()
"""
KEPT = """
import os, subprocess, sys
server = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], start_new_session=True)
os.execv(sys.executable, [sys.executable, "-I", "-S", sys.argv[3], f"--pid={server.pid}", *sys.argv[4:]])
"""


def test_a_server_is_recorded_no_more_before_it_is_stopped(tmp_path: Path) -> None:
    record, users = tmp_path / "record", UsersLock(tmp_path / "users")
    record.touch()
    users.acquire()
    options = [f"--users={users.path}", f"--record={record}", "--stop-signal=2", "--stop-seconds=30"]
    keeper = subprocess.Popen([sys.executable, "-c", KEPT, SERVER, str(tmp_path), str(KEEP), *options])
    wait_until((tmp_path / "runs").exists, what="the server")
    users.release()
    keeper.wait(60)
    assert (tmp_path / "seen").read_text() == "False"
