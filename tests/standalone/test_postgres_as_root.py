"""PostgreSQL refuses to run as root: the two ways around it, both without opening a closed home."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.account import can_launch
from notification_service.standalone.postgres.cluster import find_binaries
from notification_service.standalone.postgres.outside import outside_account

from .conftest import EmbeddedMaker
from .waiting import mode_of

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="only for root, and only on Linux"
)

UNNAMED_UID = 12345

START_AND_STOP = """
import pathlib, sys
import psutil, psycopg
from notification_service.standalone.postgres.server import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
for _ in range(2):
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept ()")
    print(psutil.Process(server.pid).uids().real)
    server.stop()
"""

# A namespace of its own, with every uid in it, in which no further namespace may be made.
FORBID_NAMESPACES = """
import ctypes, os, sys
child_ready, parent_ready = os.pipe(), os.pipe()
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(child_ready[1], b"x")
    os.read(parent_ready[0], 1)
    with open("/proc/sys/user/max_user_namespaces", "w") as limit:
        limit.write("0")
    os.execv(sys.argv[1], sys.argv[1:])
os.read(child_ready[0], 1)
for kind in ("uid", "gid"):
    with open(f"/proc/{pid}/{kind}_map", "w") as mapping:
        mapping.write("0 0 4294967295")
os.write(parent_ready[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

# As in a rootless container: root is the only uid there is.
ONE_UID = """
import ctypes, os, pathlib, sys
ctypes.CDLL(None).unshare(0x10000000)
pathlib.Path("/proc/self/setgroups").write_text("deny")
for kind in ("uid", "gid"):
    pathlib.Path(f"/proc/self/{kind}_map").write_text("0 0 1")
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def closed_home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return home


@pytest.fixture
def outside_folders() -> Iterator[list[Path]]:
    folders: list[Path] = []
    yield folders
    for folder in folders:
        shutil.rmtree(folder)


def test_postgresql_runs_in_a_closed_home_and_leaves_the_home_closed(
    make_postgres: EmbeddedMaker, closed_home: Path
) -> None:
    users = Path("/etc/passwd").read_bytes()
    server = make_postgres(closed_home / "data")
    server.start()
    psycopg.connect(server.url).close()
    assert mode_of(closed_home) == 0o700
    assert (closed_home / "data" / "postgres").stat().st_uid == 0
    assert Path("/etc/passwd").read_bytes() == users


def test_postgresql_runs_as_an_unused_uid_where_namespaces_are_forbidden(
    closed_home: Path, outside_folders: list[Path]
) -> None:
    start = [sys.executable, "-c", START_AND_STOP, str(closed_home / "data")]
    command = [sys.executable, "-c", FORBID_NAMESPACES, *start]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    uid, folder = (closed_home / "data" / "postgres.location").read_text(encoding="utf-8").split()
    outside_folders.append(Path(folder))
    assert finished.stdout.split() == [uid, uid]
    assert (Path(folder) / "home").stat().st_uid == int(uid)
    assert mode_of(Path(folder) / "home") == 0o700
    assert mode_of(closed_home) == 0o700


def test_postgresql_runs_where_root_has_only_a_single_uid(closed_home: Path) -> None:
    start = [sys.executable, "-c", START_AND_STOP, str(closed_home / "data")]
    command = [sys.executable, "-c", ONE_UID, *start]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert not (closed_home / "data" / "postgres.location").exists()


def test_the_programs_are_copied_out_of_a_home_that_the_uid_cannot_enter(
    closed_home: Path, outside_folders: list[Path]
) -> None:
    installed = find_binaries()
    package = installed.parents[1]
    for folder in (installed.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed_home / folder.relative_to(package.parent), symlinks=True)
    account = outside_account(closed_home / "record", closed_home / installed.relative_to(package.parent))
    outside_folders.append(account.home.parent)
    assert account.binaries == account.home.parent / "programs" / installed.relative_to(package.parent)
    assert can_launch(account.launch_options, account.binaries)
    assert mode_of(closed_home) == 0o700


def test_an_outside_folder_of_another_owner_is_refused(
    closed_home: Path, outside_folders: list[Path]
) -> None:
    account = outside_account(closed_home / "record", find_binaries())
    outside_folders.append(account.home.parent)
    os.chown(account.home.parent, UNNAMED_UID, UNNAMED_UID)
    with pytest.raises(StandaloneError, match="not ours"):
        outside_account(closed_home / "record", find_binaries())


@pytest.fixture
def folder_of_nobody_known() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, UNNAMED_UID, UNNAMED_UID)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_without_a_name_can_start_postgresql(folder_of_nobody_known: Path) -> None:
    command = [sys.executable, "-c", START_AND_STOP, str(folder_of_nobody_known / "data")]
    try:
        finished = subprocess.run(
            command, capture_output=True, text=True, user=UNNAMED_UID, group=UNNAMED_UID, extra_groups=[]
        )
    except PermissionError:
        pytest.skip("the interpreter lies where other users cannot reach it")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.split() == [str(UNNAMED_UID)] * 2
