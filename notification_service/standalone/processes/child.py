"""One child process, with its own session and log file, that dies when we die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from notification_service.standalone.processes.pid_files import record_process

LAUNCHER = Path(__file__).with_name("launch.py")


def launch_command(
    program: Sequence[str | Path], *, death_signal: int = signal.SIGKILL, options: Sequence[str] = ()
) -> list[str]:
    """Return the command that runs `program` through the launcher, as a child of this process."""
    # -I -S: no site packages, no current folder, 15 ms to start.
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), f"--parent={os.getpid()}"]
    return [*launcher, f"--death-signal={int(death_signal)}", *options, "--", *map(str, program)]


@dataclass(kw_only=True)
class Child:
    """Launch it from the main thread: Linux reports the parent's death to a child when the *thread* ends."""

    name: str
    command: Sequence[str | Path]
    log_path: Path | None  # None: its output goes where ours goes
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    pid_path: Path | None = None
    launch_options: Sequence[str] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def launch(self) -> None:
        with open_log(self.log_path) as log:
            self._process = subprocess.Popen(
                launch_command(self.command, death_signal=self.stop_signal, options=self.launch_options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if log else None,
                env=self.environment,
                cwd=self.folder,
                # The terminal's Ctrl-C is for the supervisor, which stops its children in order.
                start_new_session=True,
            )
        if self.pid_path is not None:
            record_process(self.pid_path, self._process.pid)

    def exit_code(self) -> int | None:
        """Return None while it runs. Kill what a dead leader left behind in its session."""
        if self._process is None:
            return 0
        if self._process.returncode is None and self._process.poll() is not None:
            self._signal_group(signal.SIGKILL)
        return self._process.returncode

    def is_running(self) -> bool:
        return self.exit_code() is None

    def request_stop(self) -> None:
        if self._process is not None and self.is_running():
            self._process.send_signal(self.stop_signal)

    def kill(self) -> None:
        if self._process is not None and self.is_running():
            self._signal_group(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        self.request_stop()
        deadline = time.monotonic() + self.stop_seconds
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.kill()

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def open_log(path: Path | None) -> contextlib.AbstractContextManager[BinaryIO | None]:
    return path.open("ab") if path else contextlib.nullcontext()


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def last_log_line(path: Path) -> str:
    with contextlib.suppress(OSError):
        lines = path.read_text(encoding="utf-8", errors="replace")[-8_000:].splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""
