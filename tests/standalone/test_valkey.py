import socket
from pathlib import Path

import psutil
import pytest
import redis

from notification_service.standalone.valkey.server import EmbeddedValkey

from .waiting import mode_of, runs


def test_valkey_responds_at_its_url(valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url) as connection:
        assert connection.ping() is True


@pytest.mark.parametrize("password", ["", ":guess@"])
def test_valkey_refuses_a_wrong_password(valkey: EmbeddedValkey, password: str) -> None:
    address = valkey.url.rpartition("@")[2]
    stranger = redis.Redis.from_url(f"redis://{password}{address}")
    with stranger as connection, pytest.raises(redis.AuthenticationError):
        connection.ping()


def test_valkey_listens_on_loopback_alone(valkey: EmbeddedValkey) -> None:
    assert valkey.pid is not None
    listening = psutil.Process(valkey.pid).net_connections(kind="inet")
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_the_password_of_valkey_is_for_its_owner_alone(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    assert valkey.pid is not None
    password = (tmp_path / "data" / "valkey" / "password").read_text(encoding="utf-8")
    assert not any(password in word for word in psutil.Process(valkey.pid).cmdline())
    assert mode_of(tmp_path / "data" / "valkey" / "valkey.conf") == 0o600


def test_valkey_keeps_its_url_over_a_restart(valkey: EmbeddedValkey) -> None:
    url = valkey.url
    valkey.stop()
    valkey.start()
    assert valkey.url == url


def test_valkey_takes_another_port_if_its_own_port_is_taken(valkey: EmbeddedValkey) -> None:
    url = valkey.url
    valkey.stop()
    with socket.create_server(("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0]))):
        valkey.start()
    assert valkey.url != url
    with redis.Redis.from_url(valkey.url) as connection:
        assert connection.ping() is True


def test_valkey_works_in_a_long_path_with_spaces(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / ('a long folder, it\'s "here" ' * 4) / "data")
    server.start()
    with redis.Redis.from_url(server.url) as connection:
        assert connection.ping() is True
    server.stop()


def test_a_valkey_left_running_is_stopped_by_the_next_start(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    assert valkey.pid is not None
    left_running = valkey.pid
    valkey._lock.release()  # what the kernel does for a killed supervisor
    successor = EmbeddedValkey(tmp_path / "data")
    successor.start()
    assert not runs(left_running)
    successor.stop()
