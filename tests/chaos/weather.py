"""The storm itself: kills, stops and brings back processes and servers, and changes the gateway's manners.

Works in the main thread, which the embedded servers' children need (see `Child`).
"""

import heapq
import json
import os
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import count
from typing import Any

import psutil
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.processes.embedded_server import EmbeddedServer
from notification_service.standalone.valkey.server import EmbeddedValkey
from tests.chaos import listener
from tests.chaos.events import Event
from tests.chaos.evidence import Stop
from tests.chaos.listener import Listener
from tests.chaos.schedule import WELL, WORKERS
from tests.journeys.half_open import HalfOpenable
from tests.journeys.service import Process, Service, wait_until
from tests.journeys.wrong_clock import COMPILER, build_clock, clock_ahead
from tests.ports import free_port

STARTS_VARIABLE = "CHAOS_STARTS"  # names the file in which witness.py writes
CLOCK_OFF_SECONDS = 60  # a worker's clock is ahead by as much, and beat's behind
_BEAT = ("celery", "-A", "notification_service", "beat", "-l", "info")

Undo = Callable[[], None]


class Weather:
    def __init__(
        self, service: Service, postgres: EmbeddedPostgres, broker: EmbeddedValkey, listener: Listener
    ) -> None:
        self._service = service
        self._listener = listener
        self._postgres = postgres
        self._broker = broker
        self._processes: dict[str, Process] = {}
        self._web_port = free_port()
        self._behaviour: dict[str, Any] = dict(WELL)
        self._wrong_clock = build_clock(service.folder) if COMPILER else None
        self._lines: list[HalfOpenable] = []
        self._frozen: list[int] = []
        self._due: list[tuple[float, int, Undo]] = []
        self._number = count()
        self.gateway_options: tuple[str, ...] = ()
        self.url = f"http://127.0.0.1:{self._web_port}"
        self.done: Counter[str] = Counter()
        self.stops: list[Stop] = []
        self._actions: dict[str, Callable[[Event], None]] = {
            "kill_worker": lambda event: self._kill(_worker(event.subject), event),
            "stop_worker": lambda event: self._stop(self._processes[_worker(event.subject)].pid, event),
            "lose_machine": self._lose_machine,
            "kill_beat": lambda event: self._kill("beat", event),
            "stop_beat": lambda event: self._stop(self._processes["beat"].pid, event),
            "kill_web": lambda event: self._kill("web", event),
            "kill_broker": self._kill_broker,
            "stop_broker": self._stop_broker,
            "kill_postgres": self._kill_postgres,
            "quit_postgres": self._quit_postgres,
            "freeze_postgres": self._freeze_postgres,
            "gateway": self._change_gateway,
            "kill_gateway": self._kill_gateway,
            "listener": lambda event: self._listener.behave(event.details["kind"]),
        }

    def start_all(self) -> None:
        for name in ("gateway", "web", "beat", *map(_worker, range(WORKERS))):
            self._start(name)

    def blow(self, events: Iterable[Event], *, began_at: float, seconds: float) -> None:
        """Carry out the events that are the weather's, each at its time, and come back at the end."""
        for event in events:
            if event.action in self._actions:
                self._at(began_at + event.at, self._performance(event))
        end = began_at + seconds
        while time.time() < end:
            self._perform_due()
            time.sleep(0.01)

    def clear_up(self) -> None:
        """Bring back everything, and have the gateway take whatever comes."""
        while self._due:
            heapq.heappop(self._due)[2]()
        self._listener.behave(listener.WELL)
        self._behaviour = dict(WELL)
        self._put_behaviour()

    def wake_all(self) -> None:
        self._thaw_postgres()
        for process in self._processes.values():
            if _is_running(process):
                process.send_signal(signal.SIGCONT)
        for line in self._lines:
            line.close()

    def stop_workers(self) -> None:
        names = ("beat", *map(_worker, range(WORKERS)))
        for name in names:
            self._processes[name].terminate()
        for name in names:
            self._processes[name].wait(30)

    def _performance(self, event: Event) -> Undo:
        def perform() -> None:
            begun_at = time.time()
            self._actions[event.action](event)
            self.done[event.action] += 1
            self._note(event, begun_at)

        return perform

    def _note(self, event: Event, begun_at: float) -> None:
        with (self._service.folder / "weather.ndjson").open("a") as log:
            done = {"begun_at": begun_at, "done_at": time.time(), "event": asdict(event)}
            log.write(json.dumps(done) + "\n")

    def _perform_due(self) -> None:
        while self._due and self._due[0][0] <= time.time():
            heapq.heappop(self._due)[2]()

    def _at(self, moment: float, undo: Undo) -> None:
        heapq.heappush(self._due, (moment, next(self._number), undo))

    def _later(self, event: Event, undo: Undo) -> None:
        self._at(time.time() + event.details["seconds"], undo)

    # our own processes

    def _kill(self, name: str, event: Event) -> None:
        # granian's worker is a child of its own, and goes with the session.
        process = self._processes[name]
        if _is_running(process):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._later(event, lambda: self._start(name))

    def _lose_machine(self, event: Event) -> None:
        """Its connections to the database fall silent and stay open, as after a power cut."""
        self._lines[-1].is_silent.set()
        self._kill(DISTANT, event)

    def _stop(self, pid: int | None, event: Event) -> None:
        stopped_at = time.time()
        if pid is not None and _signal(pid, signal.SIGSTOP):
            self._later(event, lambda: self._continue(pid, stopped_at))

    def _continue(self, pid: int, stopped_at: float) -> None:
        _signal(pid, signal.SIGCONT)
        self.stops.append(Stop(pid, stopped_at, time.time()))

    def _start(self, name: str) -> None:
        if name in self._processes and _is_running(self._processes[name]):
            return  # killed twice while it was away
        match name.rstrip("0123456789"):
            case "gateway":
                self._processes[name] = self._service.start_gateway(*self.gateway_options)
                self._put_behaviour()
            case "web":
                self._processes[name] = self._service.start("web", *_web(self._web_port))
            case "beat":
                self._processes[name] = self._service.start("beat", *_BEAT, **self._clock(-CLOCK_OFF_SECONDS))
            case _:
                ahead = CLOCK_OFF_SECONDS if name == _worker(0) else 0
                around = self._clock(ahead) | (self._new_line() if name == DISTANT else {})
                self._processes[name] = self._service.start(name, *_celery_worker(name), **around)

    def _clock(self, ahead: int) -> dict[str, str]:
        return clock_ahead(self._wrong_clock, ahead) if ahead and self._wrong_clock else {}

    def _new_line(self) -> dict[str, str]:
        """Of a distant worker to the database."""
        server = conninfo_to_dict(self._postgres.url)
        self._lines.append(HalfOpenable(f"{server['host']}/.s.PGSQL.{server.get('port', 5432)}"))
        return {
            "DATABASE_URL": make_conninfo(self._postgres.url, host="127.0.0.1", port=self._lines[-1].port)
        }

    # servers

    def _kill_broker(self, event: Event) -> None:
        self._broker.kill()
        self._later(event, lambda: _restart(self._broker))

    def _stop_broker(self, event: Event) -> None:
        self._stop(self._broker.pid if self._broker.exit_code() is None else None, event)

    def _kill_postgres(self, event: Event) -> None:
        self._thaw_postgres()  # else its children would outlive it
        self._postgres.kill()
        self._later(event, lambda: _restart(self._postgres))

    def _quit_postgres(self, event: Event) -> None:
        """What `pg_ctl stop -m immediate` does."""
        self._thaw_postgres()
        if self._postgres.exit_code() is None and self._postgres.pid is not None:
            os.kill(self._postgres.pid, signal.SIGQUIT)
            wait_until(lambda: self._postgres.exit_code() is not None, seconds=20, what="PostgreSQL's end")
        self._kill_postgres(event)

    def _freeze_postgres(self, event: Event) -> None:
        """All its processes: connections stay open, and nobody answers on them."""
        pids = [*_children(self._postgres.pid), self._postgres.pid]
        self._frozen += [pid for pid in pids if pid is not None and _signal(pid, signal.SIGSTOP)]
        self._later(event, self._thaw_postgres)

    def _thaw_postgres(self) -> None:
        while self._frozen:
            _signal(self._frozen.pop(), signal.SIGCONT)

    # gateway

    def _change_gateway(self, event: Event) -> None:
        self._behaviour = event.details
        if _is_running(self._processes["gateway"]):
            self._put_behaviour()

    def _kill_gateway(self, event: Event) -> None:
        """By SIGTERM, on which it breaks every connection at once: a SIGKILL would lose lines of its log."""
        self._processes["gateway"].terminate()
        self._processes["gateway"].wait()
        self._later(event, lambda: self._start("gateway"))

    def _put_behaviour(self) -> None:
        url = f"http://127.0.0.1:{self._service.gateway_port}/_simulator/behaviour"
        request = urllib.request.Request(url, json.dumps(self._behaviour).encode(), method="PUT")
        wait_until(lambda: _answers(request), seconds=20, what="the gateway's answer")


def _worker(number: int) -> str:
    return f"worker{number}"


DISTANT = _worker(WORKERS - 1)  # it reaches the database by a line that can fall silent


def _celery_worker(name: str) -> list[str]:
    witnessed = ["--include", "tests.chaos.witness"]
    return ["celery", "-A", "notification_service", "worker", "-l", "info", "-n", f"{name}@%h", *witnessed]


def _web(port: int) -> list[str]:
    shape = ("--interface=wsgi", "--workers=1", "--blocking-threads=6", "--no-access-log")
    return ["granian", *shape, "--host=127.0.0.1", f"--port={port}", "notification_service.wsgi:application"]


def _restart(server: EmbeddedServer) -> None:
    if server.exit_code() is not None:  # else killed twice while it was away
        server.start()


def _is_running(process: Process) -> bool:
    return process.poll() is None


def _children(pid: int | None) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()] if pid else []
    except psutil.NoSuchProcess:
        return []


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _answers(request: urllib.request.Request) -> bool:
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
