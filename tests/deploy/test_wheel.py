"""The package as somebody gets it who has no checkout: a wheel, an empty environment, an empty folder."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from notification_service.standalone.processes.free_port import any_free_port
from tests.deploy.linked import make_environment
from tests.depth import IS_DEEP

ROOT = Path(__file__).parents[2]
EXECUTABLE = "notification-service"
INSTALL_SECONDS = 280
# No part of the checkout may be found by way of an environment variable.
OF_THE_CHECKOUT = (
    "PYTHONPATH",
    "DATABASE_URL",
    "BROKER_URL",
    "DATA_DIR",
    "DJANGO_SETTINGS_MODULE",
    "VIRTUAL_ENV",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)])
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment of its own with what the wheel asks for, in the pinned versions."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    if IS_DEEP:
        install(environment, wheel)
    else:
        make_environment(environment, wheel, extra="standalone")
    return environment / "bin" / EXECUTABLE


def install(environment: Path, wheel: Path) -> None:
    """As an administrator does."""
    run([sys.executable, "-m", "venv", str(environment)])
    pins = re.findall(r"^[a-z0-9][\w.-]*==[^\s\\]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    constraints = environment / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--retries=1"]
    done = run(
        [*pip, "--constraint", str(constraints), f"{wheel}[standalone]"],
        is_to_succeed=False,
        timeout=INSTALL_SECONDS,
    )
    if "No matching distribution" in done.stderr or "connection" in done.stderr.lower():
        pytest.skip(f"packages cannot be had here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


def run(
    command: list[str],
    *,
    folder: Path | None = None,
    is_to_succeed: bool = True,
    timeout: float = 250,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_CHECKOUT}
    return subprocess.run(
        command,
        cwd=folder or "/",
        env=kept | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=is_to_succeed,
    )


def test_a_wheel_has_all_that_the_package_reads(wheel: Path) -> None:
    """Templates, styles, fonts, statements and translations, and the licence."""
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = run(["git", "-C", str(ROOT), "ls-files", "notification_service"]).stdout.split()
    assert set(tracked) <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_an_installed_command_runs_the_sample_mailing_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    options = ["--samples", "--exit-after-sample", "--no-flower", f"--port={any_free_port()}"]
    finished = run([str(installed), "up", *options], folder=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert (tmp_path / "var" / "credentials.env").exists()


def test_an_installed_command_reads_the_env_file_of_its_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GATEWAY_URL=http://127.0.0.1:99999\n", encoding="utf-8")
    finished = run([str(installed), "migrate"], folder=tmp_path, is_to_succeed=False)
    assert finished.stderr.startswith("Configuration error: GATEWAY_URL")


def test_an_installed_command_lists_its_commands(installed: Path, tmp_path: Path) -> None:
    listed = run([str(installed)], folder=tmp_path).stdout
    assert listed.startswith(f"usage: {EXECUTABLE} COMMAND")
    assert {"import-clients", "create-api-key", "doctor", "worker"} <= set(listed.split())
