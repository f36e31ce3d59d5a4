"""A broker that nobody vouches for hears nothing of us."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from kombu import Connection

from notification_service.environment import broker_tls
from tests.delivery.wire.certificates import Authority, server_context

SCHEMES = ["rediss", "amqps"]


class TlsServer:
    """It says whether somebody has trusted it, and closes."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.trusted_by = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # until it is closed
            while True:
                connection, _ = self._socket.accept()
                connection.settimeout(5)
                with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secure:
                    self.trusted_by += bool(secure.recv(1))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[TlsServer]:
    server = TlsServer(server_context(authority.issue("127.0.0.1")))
    yield server
    server.close()


def connect(url: str, *, ca_file: str = "") -> Exception:
    connection = Connection(url, ssl=broker_tls(url, ca_file=ca_file) or False)
    with pytest.raises(Exception) as failed:
        connection.ensure_connection(max_retries=1, interval_start=0)
    connection.release()
    return failed.value


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_broker_of_an_unknown_authority_is_not_trusted(scheme: str, server: TlsServer) -> None:
    assert "certificate verify failed" in str(connect(f"{scheme}://127.0.0.1:{server.port}"))
    assert server.trusted_by == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_broker_of_the_given_authority_is_trusted(
    scheme: str, server: TlsServer, authority: Authority
) -> None:
    connect(f"{scheme}://127.0.0.1:{server.port}", ca_file=str(authority.file))
    assert server.trusted_by > 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_broker_with_another_host_s_certificate_is_not_trusted(scheme: str, authority: Authority) -> None:
    server = TlsServer(server_context(authority.issue("broker.example")))
    connect(f"{scheme}://127.0.0.1:{server.port}", ca_file=str(authority.file))
    server.close()
    assert server.trusted_by == 0


def test_a_broker_is_not_verified_where_the_url_asks_for_that(server: TlsServer) -> None:
    connect(f"rediss://127.0.0.1:{server.port}?ssl_cert_reqs=none&ssl_check_hostname=false")
    assert server.trusted_by > 0


@pytest.mark.parametrize("url", ["redis://127.0.0.1", "amqp://127.0.0.1", "memory://", ""])
def test_a_broker_without_tls_has_no_tls_settings(url: str) -> None:
    assert broker_tls(url, ca_file="") is None
