"""Starts the embedded stand-in of each server that nobody configured."""

from pathlib import Path

from notification_service.standalone.configuration import Configuration
from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.private_files import kept_secret, write_private_file
from notification_service.standalone.processes.embedded_server import EmbeddedServer
from notification_service.standalone.processes.free_port import LOOPBACK, any_free_port, is_free
from notification_service.standalone.processes.supervisor import Supervisor
from notification_service.standalone.valkey.server import EmbeddedValkey

SIMULATOR_PORT = 8025


def start_database(configuration: Configuration, supervisor: Supervisor, data_dir: Path) -> None:
    if not configuration.is_set("DATABASE_URL"):
        configuration.embed(DATABASE_URL=start_server(EmbeddedPostgres(data_dir), supervisor))


def start_broker(configuration: Configuration, supervisor: Supervisor, data_dir: Path) -> None:
    if not configuration.is_set("BROKER_URL"):
        configuration.embed(BROKER_URL=start_server(EmbeddedValkey(data_dir), supervisor))


def start_server(server: EmbeddedServer, supervisor: Supervisor) -> str:
    server.start()
    supervisor.watch(server)
    return server.url


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
