import re
import socket
import time
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from tests.gateway_simulator.running import raw_send, read_all, simulator


@pytest.mark.parametrize("status", [201, 204, 304, 400, 401, 403, 404, 408, 425, 500, 503, 599])
def test_a_status_fault_answers_with_its_status(status: int) -> None:
    with simulator(faults={str(status): 1}) as gateway:
        assert gateway.send(7).status == status
        stats = gateway.stats()
        assert (stats["accepted"], stats["answers"]) == (0, {str(status): 1})


def test_the_error_rate_is_a_mix_of_server_errors() -> None:
    with simulator(error_rate=1) as gateway:
        assert {gateway.send(msg_id).status for msg_id in range(40)} == {500, 502, 503, 504}


def test_a_429_has_a_retry_after_in_seconds() -> None:
    with simulator(faults={"429": 1}, retry_after="17") as gateway:
        answer = gateway.send(7)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "17")


def test_a_429_can_have_a_retry_after_as_a_date() -> None:
    with simulator(faults={"429": 1}, retry_after="http-date:60") as gateway:
        until = parsedate_to_datetime(gateway.send(7).headers["Retry-After"])
        assert 58 <= until.timestamp() - time.time() <= 60


def test_the_nonsense_fault_answers_200_without_json() -> None:
    with simulator(faults={"nonsense": 1}) as gateway:
        answer = gateway.send(7)
        assert (answer.status, answer.body[:6]) == (200, b"<html>")
        with pytest.raises(ValueError, match="Expecting value"):
            assert answer.json


def test_the_wrong_code_fault_answers_with_a_code_that_is_not_zero() -> None:
    with simulator(faults={"wrong_code": 1}) as gateway:
        answer = gateway.send(7)
        assert (answer.status, answer.json["code"]) == (200, 1)


def test_the_huge_fault_answers_with_more_than_64_kib() -> None:
    with simulator(faults={"huge": 1}) as gateway:
        answer = gateway.send(7)
        assert (answer.status, answer.json["code"]) == (200, 0)
        assert len(answer.body) > 64 * 1024


def test_the_redirect_fault_answers_with_another_location() -> None:
    with simulator(faults={"redirect": 1}) as gateway:
        answer = gateway.send(7)
        assert (answer.status, answer.headers["Location"]) == (307, "/redirected")
        assert gateway.ask("POST", "/redirected").status == 404


def test_the_truncated_fault_sends_less_than_its_content_length() -> None:
    with simulator(faults={"truncated": 1}) as gateway, pytest.raises(IncompleteRead):
        gateway.send(7)


def test_a_dropped_request_gets_no_response_and_half_of_the_messages_are_taken() -> None:
    total = 60
    with simulator(faults={"drop": 1}) as gateway:
        for msg_id in range(total):
            with pytest.raises(RemoteDisconnected):
                gateway.send(msg_id)
        stats = gateway.stats()
    assert stats["accepted"] == stats["answers"]["drop_taken"]
    assert stats["answers"]["drop"] + stats["answers"]["drop_taken"] == total
    assert total * 0.25 < stats["accepted"] < total * 0.75


def test_the_reset_fault_resets_the_connection() -> None:
    with simulator(faults={"reset": 1}) as gateway, gateway.connect() as connection:
        connection.sendall(raw_send(7))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_the_hang_fault_never_answers_the_request_or_later_requests() -> None:
    with simulator(faults={"hang": 1}) as gateway, gateway.connect() as connection:
        connection.sendall(raw_send(7) + raw_send(8))
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert gateway.stats()["answers"] == {"hang": 1}


def test_the_hang_fault_closes_the_connection_of_a_client_that_gives_up() -> None:
    with simulator(faults={"hang": 1}) as gateway, gateway.connect() as connection:
        connection.sendall(raw_send(7))
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == b""


def test_the_trickle_fault_sends_a_success_byte_by_byte() -> None:
    with simulator(faults={"trickle": 1}, trickle_ms=2) as gateway, gateway.connect() as connection:
        started = time.monotonic()
        connection.sendall(raw_send(7, headers="Connection: close\r\n"))
        first = connection.recv(65_536)
        answer = first + read_all(connection)
        assert len(first) < len(answer)
        assert time.monotonic() - started >= 0.002 * len(answer)
        assert re.match(rb"HTTP/1\.1 200 .*\{\"code\": 0, \"message\": \"OK\"\}$", answer, re.DOTALL)
        assert gateway.stats()["accepted"] == 1


def test_the_latency_delays_the_response() -> None:
    with simulator(latency_ms=100) as gateway:
        started = time.monotonic()
        assert gateway.send(7).status == 200
        assert time.monotonic() - started >= 0.1


def test_the_same_seed_gives_the_same_run_in_any_order() -> None:
    def run(msg_ids: list[int]) -> dict[int, list[str]]:
        answers: dict[int, list[str]] = {}
        with simulator(seed=3, error_rate=0.3, faults={"400": 0.2}) as gateway:
            for msg_id in msg_ids:
                gateway.send(msg_id)
            for request in gateway.requests():
                answers.setdefault(request["msg_id"], []).append(request["answer"])
        return answers

    msg_ids = [*range(20), *range(20)]
    assert run(msg_ids) == run(sorted(msg_ids, reverse=True))
