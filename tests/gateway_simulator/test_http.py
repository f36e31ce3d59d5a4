import re
import socket

import pytest

from tests.gateway_simulator.running import raw_send, read_all, send_body, simulator

STATUSES = re.compile(rb"HTTP/1\.1 (\d+)")
UNNAMED = b"POST /v1/send/7 HTTP/1.1\r\nHost: gateway\r\n"
SEND_7 = UNNAMED + b"Authorization: Bearer any\r\n"


def test_the_server_keeps_the_connection_and_answers_pipelined_requests_in_order() -> None:
    with simulator(latency_ms=1, jitter_ms=20) as gateway, gateway.connect() as connection:
        wrong = raw_send(4).replace(b"/4 ", b"/5 ")
        connection.sendall(
            raw_send(1) + raw_send(2) + raw_send(3) + wrong + raw_send(6, headers="Connection: close\r\n")
        )
        assert STATUSES.findall(read_all(connection)) == [b"200", b"200", b"200", b"400", b"200"]
        assert [request["msg_id"] for request in gateway.requests()] == [1, 2, 3, 5, 6]


def test_the_server_announces_a_requested_close() -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(raw_send(7, headers="Connection: close\r\n") + raw_send(8))
        assert b"\r\nConnection: close\r\n" in read_all(connection)
        assert gateway.stats()["requests"] == 1


def test_an_http_1_0_client_gets_one_response() -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(
            raw_send(7, headers="Connection: keep-alive\r\n").replace(b"HTTP/1.1", b"HTTP/1.0")
        )
        assert STATUSES.findall(read_all(connection)) == [b"200"]


def test_the_server_reads_a_chunked_body_that_arrives_byte_by_byte() -> None:
    body = send_body(7)
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
    with simulator() as gateway, gateway.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in SEND_7 + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks:
            connection.sendall(bytes([byte]))
        assert STATUSES.findall(read_all(connection)) == [b"200"]


def test_an_authorization_in_a_trailer_is_ignored() -> None:
    head = UNNAMED + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = send_body(7)
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(head + b"%x\r\n%s\r\n0\r\nAuthorization: Bearer any\r\n\r\n" % (len(body), body))
        assert STATUSES.findall(read_all(connection)) == [b"401"]


def test_the_server_answers_an_expect_header_with_100_continue() -> None:
    with simulator() as gateway, gateway.connect() as connection:
        body = send_body(7)
        connection.sendall(SEND_7 + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_the_server_answers_a_client_that_has_closed_its_side() -> None:
    with simulator(latency_ms=20) as gateway, gateway.connect() as connection:
        connection.sendall(raw_send(7) + raw_send(8))
        connection.shutdown(socket.SHUT_WR)
        assert STATUSES.findall(read_all(connection)) == [b"200", b"200"]


@pytest.mark.parametrize("sent", [b"", b"POST /v1/se", raw_send(7)[:-1]])
def test_the_server_closes_after_a_client_that_ends_within_a_request(sent: bytes) -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == b""
        assert gateway.stats()["requests"] == 0


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400"),
        (b"GET / HTTP/9.9\r\nHost: gateway\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (SEND_7 + b"Content-Length: -1\r\n\r\n", b"400"),
        (SEND_7 + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (SEND_7 + b"Transfer-Encoding: chunked\r\n\r\nnonsense", b"400"),
        (SEND_7 + b"Content-Length: 1048577\r\n\r\n", b"413"),
        (SEND_7 + b"Transfer-Encoding: chunked\r\n\r\n200000\r\n" + b" " * 1_200_000, b"413"),
        (SEND_7 + b"X-Long: " + b"x" * 1_000_000, b"431"),
    ],
)
def test_an_unreadable_request_is_refused_and_the_connection_closed(
    request_bytes: bytes, status: bytes
) -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(request_bytes)
        answer = read_all(connection)
        assert STATUSES.findall(answer) == [status]
        assert b"\r\nConnection: close\r\n" in answer
        assert gateway.stats()["answers"] == {status.decode(): 1}


def test_a_body_of_exactly_one_mebibyte_is_read() -> None:
    body = send_body(7).ljust(1024 * 1024)
    with simulator() as gateway:
        assert gateway.ask("POST", "/v1/send/7", body, authorization="Bearer any").status == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\x00\x01", b"200"),
        (b"CONNECT gateway:80 HTTP/1.1\r\nHost: gateway\r\n\r\n", b"404"),
    ],
)
def test_the_server_refuses_other_protocols(request_bytes: bytes, status: bytes) -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(request_bytes)
        assert STATUSES.findall(read_all(connection)) == [status]


def test_a_head_request_is_answered_without_a_body() -> None:
    with simulator() as gateway, gateway.connect() as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
        assert read_all(connection).endswith(b"\r\n\r\n")


def test_the_server_stops_reading_from_a_client_that_does_not_read() -> None:
    # The client's requests fit into the buffers of both sides only while the simulator goes on reading them.
    with simulator(faults={"huge": 1}) as gateway, gateway.connect() as connection:
        connection.settimeout(0.5)
        requests = raw_send(7) * 100_000
        with pytest.raises(TimeoutError):
            connection.sendall(requests)
        assert gateway.stats()["requests"] < 1000
        connection.settimeout(10)
        seen = 0
        while seen < 1000 * 128 * 1024:  # and goes on as soon as the client does
            seen += len(connection.recv(1024 * 1024))
        assert gateway.stats()["requests"] >= 900
