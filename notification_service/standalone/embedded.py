"""The embedded stand-in of each server that nobody configured."""

from collections.abc import Callable, Container, Mapping
from pathlib import Path

from notification_service.standalone.configuration import Configuration
from notification_service.standalone.private_files import kept_secret, write_private_file
from notification_service.standalone.processes.free_port import (
    LOOPBACK,
    any_free_port,
    first_free_port,
)
from notification_service.standalone.shared_server import SharedServer

SIMULATOR_PORT = 8025
SERVERS = {"DATABASE_URL": "postgres", "BROKER_URL": "valkey"}


def servers_to_embed(
    configuration: Configuration, data_dir: Path, report: Callable[[str], None]
) -> dict[str, SharedServer]:
    """By the variable that would name another one."""
    return {
        variable: SharedServer(name, data_dir, report)
        for variable, name in SERVERS.items()
        if not configuration.is_set(variable)
    }


def join_servers(configuration: Configuration, servers: Mapping[str, SharedServer]) -> None:
    """All of them answer when this comes back."""
    for variable, server in servers.items():
        configuration.embed(**{variable: server.join()})


def keep_secret_key(configuration: Configuration, data_dir: Path) -> None:
    if not configuration.is_set("SECRET_KEY"):
        configuration.embed(SECRET_KEY=kept_secret(data_dir / "secret.key"))


def choose_gateway(configuration: Configuration, data_dir: Path, *, others: Container[int]) -> int | None:
    """The port of the simulator, or None where a gateway is configured."""
    if configuration.is_set("GATEWAY_URL"):
        return None
    port = first_free_port(SIMULATOR_PORT, others=others) or any_free_port()
    configuration.embed(GATEWAY_URL=f"http://{LOOPBACK}:{port}")
    if token := configuration.value("GATEWAY_TOKEN") or configuration.value("TOKEN"):
        write_private_file(simulator_token_file(data_dir), token)
    else:
        configuration.embed(GATEWAY_TOKEN=kept_secret(simulator_token_file(data_dir)))
    return port


def simulator_token_file(data_dir: Path) -> Path:
    return data_dir / "simulator.token"
