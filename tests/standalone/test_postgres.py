import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import pytest

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.server import EmbeddedPostgres

from .conftest import EmbeddedMaker
from .waiting import mode_of, runs, wait_for


def run_sql(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_postgresql_keeps_its_data_over_a_restart(postgres: EmbeddedPostgres) -> None:
    run_sql(postgres, "CREATE TABLE kept AS SELECT 1 AS number")
    postgres.stop()
    postgres.start()
    assert run_sql(postgres, "SELECT number FROM kept") == [(1,)]


def test_postgresql_sorts_and_folds_letters_the_same_on_every_machine(
    shared_postgres: EmbeddedPostgres,
) -> None:
    assert run_sql(shared_postgres, "SELECT upper('привет'), current_setting('server_encoding')") == [
        ("ПРИВЕТ", "UTF8")
    ]


def test_postgresql_syncs_every_commit_and_checks_its_pages(shared_postgres: EmbeddedPostgres) -> None:
    names = ("synchronous_commit", "fsync", "full_page_writes", "data_checksums")
    assert [run_sql(shared_postgres, f"SHOW {name}") for name in names] == [[("on",)]] * 4


def test_postgresql_listens_on_no_tcp_port(shared_postgres: EmbeddedPostgres) -> None:
    assert shared_postgres.pid is not None
    assert psutil.Process(shared_postgres.pid).net_connections(kind="inet") == []


def test_the_socket_of_postgresql_lies_in_a_closed_folder(shared_postgres: EmbeddedPostgres) -> None:
    assert mode_of(shared_postgres.data_dir / "run") == 0o700
    assert mode_of(shared_postgres.data_dir / "run" / ".s.PGSQL.5432") == 0o700


def test_the_password_of_postgresql_is_for_its_owner_alone(shared_postgres: EmbeddedPostgres) -> None:
    assert mode_of(shared_postgres.data_dir / "postgres.password") == 0o600
    rules = (shared_postgres.data_dir / "postgres" / "pg_hba.conf").read_text(encoding="utf-8")
    methods = {line.split()[-1] for line in rules.splitlines() if line and not line.startswith("#")}
    assert methods == {"scram-sha-256"}


@pytest.mark.parametrize("password", ["", "guess"])
def test_postgresql_refuses_a_wrong_password(shared_postgres: EmbeddedPostgres, password: str) -> None:
    socket_folder = quote(str(shared_postgres.data_dir / "run"), safe="")
    url = f"postgresql://notification_service:{password}@/notification_service?host={socket_folder}"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url)


def test_a_second_postgresql_in_the_same_folder_is_refused(
    shared_postgres: EmbeddedPostgres, make_postgres: EmbeddedMaker
) -> None:
    with pytest.raises(StandaloneError, match="in use by another process"):
        make_postgres(shared_postgres.data_dir).start()
    assert run_sql(shared_postgres, "SELECT 1") == [(1,)]


def test_postgresql_works_in_a_long_path_with_spaces(make_postgres: EmbeddedMaker, tmp_path: Path) -> None:
    server = make_postgres(tmp_path / ('a long folder, it\'s "here" ' * 4) / "data")
    server.start()
    assert run_sql(server, "SELECT 1") == [(1,)]
    (run_folder,) = server.data_dir.glob("run")
    socket_folder = Path((run_folder / "socket-folder").read_text(encoding="utf-8"))
    assert mode_of(socket_folder) == 0o700
    server.stop()
    socket_folder.rmdir()


def test_a_data_directory_of_another_version_is_left_alone(
    make_postgres: EmbeddedMaker, tmp_path: Path
) -> None:
    cluster = tmp_path / "data" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("16\n", encoding="utf-8")
    with pytest.raises(StandaloneError, match="made by PostgreSQL 16"):
        make_postgres(tmp_path / "data").start()
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_an_interrupted_first_start_is_begun_again(make_postgres: EmbeddedMaker, tmp_path: Path) -> None:
    half_made = tmp_path / "data" / "postgres.unfinished" / "data"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").touch()
    (tmp_path / "data").chmod(0o700)
    server = make_postgres(tmp_path / "data")
    server.start()
    assert run_sql(server, "SELECT 1") == [(1,)]


def test_postgresql_starts_with_the_pid_file_of_a_dead_server(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    pid_file = tmp_path / "data" / "postgres" / "postmaster.pid"
    content = pid_file.read_text(encoding="utf-8")
    postgres.stop()
    # As after a crash, with the pid in the hands of another living process since.
    pid_file.write_text(content.replace(str(postgres.pid), str(os.getppid()), 1), encoding="utf-8")
    postgres.start()
    assert run_sql(postgres, "SELECT 1") == [(1,)]


def test_postgresql_recovers_from_a_kill(postgres: EmbeddedPostgres) -> None:
    run_sql(postgres, "CREATE TABLE kept AS SELECT 1 AS number")
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    wait_for(lambda: postgres.exit_code() is not None)
    postgres.stop()
    postgres.start()
    assert run_sql(postgres, "SELECT number FROM kept") == [(1,)]


START_AND_DIE = """
import os, pathlib, signal, sys
from notification_service.standalone.postgres.server import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_postgresql_stops_when_its_parent_is_killed(make_postgres: EmbeddedMaker, tmp_path: Path) -> None:
    command = [sys.executable, "-c", START_AND_DIE, str(tmp_path / "data")]
    died = subprocess.run(command, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    wait_for(lambda: not runs(int(died.stdout)))


def test_a_postgresql_left_running_is_stopped_by_the_next_start(
    make_postgres: EmbeddedMaker, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    assert postgres.pid is not None
    left_running = postgres.pid
    postgres._lock.release()  # what the kernel does for a killed supervisor
    successor = make_postgres(tmp_path / "data")
    successor.start()
    assert not runs(left_running)
    assert run_sql(successor, "SELECT 1") == [(1,)]
