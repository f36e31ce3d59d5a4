import json
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notification_service.gateway_simulator.options import add_arguments
from notification_service.gateway_simulator.server import run
from tests.gateway_simulator.running import PATIENCE_SECONDS, ROOT, launch, simulator_process

MODULE = ("-m", "notification_service.gateway_simulator")


def run_to_the_end(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_log_is_complete_after_a_signal(tmp_path: Path, stop: signal.Signals) -> None:
    log = tmp_path / "requests.ndjson"
    with simulator_process("--log", str(log), "--error-rate", "0.5") as (gateway, process):
        with ThreadPoolExecutor(8) as senders:
            answers = list(senders.map(gateway.send, range(200)))
        process.send_signal(stop)
        assert process.wait(PATIENCE_SECONDS) == 0
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["seq"] for line in logged] == list(range(1, 201))
    assert {line["msg_id"]: line["answer"] for line in logged} == {
        msg_id: str(answer.status) for msg_id, answer in enumerate(answers)
    }


def test_a_signal_ends_the_simulator_while_requests_are_due() -> None:
    with simulator_process("--fault", "hang=1") as (gateway, process), gateway.connect() as connection:
        connection.sendall(b"POST /v1/send/7 HTTP/1.1\r\nHost: gateway\r\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0


def test_the_simulator_prints_its_address_and_nothing_more() -> None:
    with simulator_process("--fault", "400=0.5") as (gateway, process):
        for msg_id in range(10):
            gateway.send(msg_id)
        process.terminate()
        printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert (printed, complaints) == ("", "")


def test_the_simulator_reads_the_token_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    with simulator_process("--token-file", str(tmp_path / "token")) as (gateway, _):
        assert [gateway.send(7, token=token).status for token in ("any", "secret")] == [401, 200]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--fault", "nosuch=0.1"], "unknown fault 'nosuch'"),
        (["--fault", "503=1.5"], "fault 503 is not a share from 0 to 1"),
        (["--fault", "503=0.6", "--error-rate", "0.6"], "add up to more than 1"),
        (["--port", "70000"], "--port 70000"),
        (["--token", ""], "the token is empty"),
        (["--token-file", "/nonexistent"], "cannot read the token"),
    ],
)
def test_a_wrong_option_is_refused_with_one_line(
    options: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args(options)) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert reason in printed.err


def test_a_wrong_option_ends_with_exit_code_2() -> None:
    assert run_to_the_end(*MODULE, "--fault", "nosuch=0.1").returncode == 2


def test_a_port_already_taken_is_reported_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_to_the_end(*MODULE, "--port", str(taken.getsockname()[1]))
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "address already in use" in ended.stderr


def test_a_log_that_cannot_be_opened_is_reported_in_one_line(tmp_path: Path) -> None:
    ended = run_to_the_end(*MODULE, "--port", "0", "--log", str(tmp_path / "nowhere" / "log"))
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_the_simulator_stops_when_its_log_cannot_be_written() -> None:
    with simulator_process("--log", "/dev/full") as (gateway, process):
        gateway.send(7)
        assert process.wait(PATIENCE_SECONDS) == 1
        assert process.stderr
        assert "No space left" in process.stderr.read()


def test_the_management_command_starts_the_simulator() -> None:
    with launch("manage.py", "gateway_simulator", "--port", "0") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("gateway simulator listens on http://127.0.0.1:")
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
