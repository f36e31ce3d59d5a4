import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.signals import SIGNALS, StopRequests
from notification_service.standalone.processes.supervisor import Supervisor
from notification_service.standalone.services import Services
from notification_service.standalone.web_address import WebAddress

from .waiting import runs, wait_for

SLEEP = "import time; time.sleep(60)"
SLEEP_BRIEFLY = "import time; time.sleep(1)"
IGNORE_SIGTERM = (
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
)
SAY_GOODBYE = """
import signal, sys, time
def leave(*_):
    open(sys.argv[1], "a").write(sys.argv[2] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(60)
"""
LEAVE_A_GRANDCHILD = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "{SLEEP}"]).pid, flush=True)
"""

AUTOGROUP = Path("/proc/self/autogroup")
SAY_NICENESS = f"""
import json, os, pathlib
group = pathlib.Path("{AUTOGROUP}")
print(json.dumps([os.nice(0), int(group.read_text().split()[-1]) if group.exists() else None]))
"""

ChildMaker = Callable[..., Child]


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[ChildMaker]:
    made: list[Child] = []

    def make(name: str, script: str, *arguments: str, stop_seconds: float = 10.0) -> Child:
        command = [sys.executable, "-I", "-S", "-c", script, *arguments]
        made.append(Child(name=name, command=command, log_path=tmp_path / name, stop_seconds=stop_seconds))
        return made[-1]

    yield make
    for child in made:
        child.kill()


@pytest.fixture
def stop_requests() -> StopRequests:
    return StopRequests()


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def supervisor(stop_requests: StopRequests, reports: list[str]) -> Supervisor:
    return Supervisor(stop_requests, reports.append)


def said(child: Child, word: str) -> bool:
    assert child.log_path is not None
    return child.log_path.exists() and word in child.log_path.read_text(encoding="utf-8")


def test_the_supervisor_restarts_a_killed_child(
    supervisor: Supervisor, make_child: ChildMaker, reports: list[str]
) -> None:
    child = make_child("worker", SLEEP)
    supervisor.start(child)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert supervisor.run(until=lambda: child.pid != first and child.is_running(), seconds=10)
    assert [report.partition(", see")[0] for report in reports] == [
        "worker ended unexpectedly (killed by SIGKILL): starting it again in 0.5 s"
    ]


def test_a_sleeping_supervisor_is_woken_by_the_end_of_a_child(
    stop_requests: StopRequests, make_child: ChildMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notification_service.standalone.processes.supervisor.LOG_CHECK_SECONDS", 3600)

    def stop_at_the_first_report(_line: str) -> None:
        stop_requests.count += 1

    supervisor = Supervisor(stop_requests, stop_at_the_first_report)
    with installed(stop_requests):
        supervisor.start(make_child("worker", SLEEP_BRIEFLY))
        assert supervisor.run(seconds=60) is False
    assert stop_requests.count == 1


@contextmanager
def installed(stop_requests: StopRequests) -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGCHLD)}
    stop_requests.install()
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_supervisor_waits_longer_after_each_crash(
    supervisor: Supervisor, make_child: ChildMaker, reports: list[str]
) -> None:
    supervisor.start(make_child("worker", "raise SystemExit(3)"))
    supervisor.run(until=lambda: len(reports) == 3, seconds=10)
    delays = [report.partition("again in ")[2].partition(",")[0] for report in reports]
    assert delays == ["0.5 s", "1 s", "2 s"]


def test_the_supervisor_stops_children_in_the_reverse_order_of_the_start(
    supervisor: Supervisor, make_child: ChildMaker, tmp_path: Path
) -> None:
    goodbyes = tmp_path / "goodbyes"
    children = [make_child(name, SAY_GOODBYE, str(goodbyes), name) for name in ("database", "worker", "web")]
    for child in children:
        supervisor.start(child)
    wait_for(lambda: all(said(child, "ready") for child in children))
    assert supervisor.stop() is True
    assert goodbyes.read_text(encoding="utf-8").split() == ["web", "worker", "database"]


def test_the_supervisor_kills_a_child_that_does_not_stop_in_time(
    supervisor: Supervisor, make_child: ChildMaker, reports: list[str]
) -> None:
    child = make_child("worker", IGNORE_SIGTERM, stop_seconds=0.2)
    supervisor.start(child)
    wait_for(lambda: said(child, "deaf"))
    assert supervisor.stop() is False
    assert child.exit_code() == -signal.SIGKILL
    assert reports == ["worker did not stop in time and was killed"]


def test_a_second_stop_request_kills_the_children_at_once(
    supervisor: Supervisor, make_child: ChildMaker, stop_requests: StopRequests
) -> None:
    child = make_child("worker", IGNORE_SIGTERM, stop_seconds=60)
    supervisor.start(child)
    wait_for(lambda: said(child, "deaf"))
    stop_requests.count = 2
    assert supervisor.stop() is False
    assert child.exit_code() == -signal.SIGKILL


def test_the_supervisor_leaves_no_grandchild_of_a_dead_child(make_child: ChildMaker) -> None:
    child = make_child("web", LEAVE_A_GRANDCHILD)
    child.launch()
    wait_for(lambda: child.exit_code() == 0)
    assert child.log_path is not None
    grandchild = int(child.log_path.read_text(encoding="utf-8"))
    wait_for(lambda: not runs(grandchild))


def test_the_supervisor_returns_the_exit_code_of_a_task(
    supervisor: Supervisor, make_child: ChildMaker
) -> None:
    assert supervisor.run_task(make_child("setup", "raise SystemExit(4)")) == 4


def test_a_missing_program_counts_as_a_failed_child(make_child: ChildMaker) -> None:
    child = make_child("web", "")
    child.command = ["/does/not/exist"]
    child.launch()
    wait_for(lambda: child.exit_code() is not None)
    assert said(child, "cannot start /does/not/exist: ")


def child_has_ended(child: Child) -> bool:
    return not child.is_running()


def test_a_worker_runs_at_a_lower_priority_than_the_web_server(tmp_path: Path) -> None:
    for folder in ("log", "run"):
        (tmp_path / folder).mkdir()
    services = Services(project_folder=tmp_path, data_dir=tmp_path, environment=dict(os.environ))
    said = {}
    for child in (services.worker(1), services.worker(2), services.web(WebAddress("127.0.0.1", 8000))):
        print_it = replace(child, command=[sys.executable, "-c", SAY_NICENESS])
        print_it.launch()
        wait_for(partial(child_has_ended, print_it))
        said[child.name] = json.loads((tmp_path / "log" / f"{child.name}.log").read_text())
    own, _ = said["web"]
    assert said["worker1"] == said["worker2"] == [own + 5, 5 if AUTOGROUP.exists() else None]
