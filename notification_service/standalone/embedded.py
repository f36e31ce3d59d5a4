"""The embedded stand-in of each server that nobody configured."""

from collections.abc import Callable, Iterator
from pathlib import Path

from notification_service.standalone.configuration import Configuration
from notification_service.standalone.private_files import kept_secret, write_private_file
from notification_service.standalone.processes.free_port import LOOPBACK, any_free_port, is_free
from notification_service.standalone.shared_server import SharedServer

SIMULATOR_PORT = 8025
SERVERS = {"DATABASE_URL": "postgres", "BROKER_URL": "valkey"}


def join_servers(
    configuration: Configuration, data_dir: Path, report: Callable[[str], None]
) -> Iterator[SharedServer]:
    """Each as soon as we use it; all of them answer when there are no more."""
    servers = {
        variable: SharedServer(name, data_dir, report)
        for variable, name in SERVERS.items()
        if not configuration.is_set(variable)
    }
    for server in servers.values():
        server.begin()
        yield server
    for variable, server in servers.items():
        configuration.embed(**{variable: server.join()})


def keep_secret_key(configuration: Configuration, data_dir: Path) -> None:
    if not configuration.is_set("SECRET_KEY"):
        configuration.embed(SECRET_KEY=kept_secret(data_dir / "secret.key"))


def choose_gateway(configuration: Configuration, data_dir: Path, *, web_port: int) -> int | None:
    """The port of the simulator, or None where a gateway is configured."""
    if configuration.is_set("GATEWAY_URL"):
        return None
    usable = is_free(SIMULATOR_PORT) and web_port != SIMULATOR_PORT
    port = SIMULATOR_PORT if usable else any_free_port()
    configuration.embed(GATEWAY_URL=f"http://{LOOPBACK}:{port}")
    if token := configuration.value("GATEWAY_TOKEN") or configuration.value("TOKEN"):
        write_private_file(simulator_token_file(data_dir), token)
    else:
        configuration.embed(GATEWAY_TOKEN=kept_secret(simulator_token_file(data_dir)))
    return port


def simulator_token_file(data_dir: Path) -> Path:
    return data_dir / "simulator.token"
