import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import ROOT, compose, names_in_env_example, our_services, schema_errors, text_of

SECRETS = {
    "SECRET_KEY": "key",
    "POSTGRES_PASSWORD": "first",
    "RABBITMQ_PASSWORD": "second",
    "FLOWER_BASIC_AUTH": "user:third",
    "GATEWAY_URL": "https://gateway.example",
}


def test_the_compose_file_matches_the_specification() -> None:
    assert schema_errors("compose-spec", compose()) == []


def test_docker_compose_accepts_the_file_with_the_secrets_of_env_example(tmp_path: Path) -> None:
    assert SECRETS.keys() <= names_in_env_example()
    accepted = docker_compose_config(tmp_path, SECRETS)
    assert accepted.returncode == 0, accepted.stderr


@pytest.mark.parametrize("missing", SECRETS)
def test_docker_compose_refuses_to_start_without_a_secret(tmp_path: Path, missing: str) -> None:
    refused = docker_compose_config(tmp_path, SECRETS | {missing: ""})
    assert refused.returncode != 0
    assert "in .env" in refused.stderr
    assert missing in refused.stderr


def test_compose_publishes_only_the_web_server_flower_and_the_monitors() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert ports == {
        "web": ["${WEB_LISTEN:-127.0.0.1:8000}:8000"],
        "flower": ["127.0.0.1:5555:5555"],
        "prometheus": ["127.0.0.1:9090:9090"],
        "grafana": ["127.0.0.1:3000:3000"],
    }


def test_the_database_and_the_broker_are_on_an_internal_network() -> None:
    assert compose()["networks"]["inside"] == {"internal": True}
    assert [services()[name]["networks"] for name in ("postgres", "rabbitmq")] == [["inside"], ["inside"]]


def test_every_service_has_a_memory_limit_a_restart_policy_and_a_health_check() -> None:
    for name, service in services().items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["restart"], name
    # The image's own check is for the web server.
    assert [name for name, service in services().items() if "healthcheck" not in service] == ["web"]


def test_our_containers_have_no_capabilities_and_a_read_only_disk() -> None:
    for service in our_services().values():
        assert (service["cap_drop"], service["read_only"], service["tmpfs"]) == (["ALL"], True, ["/tmp"])


def test_the_processes_start_after_the_migrations() -> None:
    for name in ("web", "worker", "beat", "flower"):
        assert services()[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services()["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_compose_file_holds_no_secret() -> None:
    lines = [line for line in text_of("compose.yaml").splitlines() if "PASS" in line or "SECRET_KEY" in line]
    assert [line for line in lines if "${" not in line] == []


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def docker_compose_config(folder: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker with its compose plug-in is not installed")
    env_file = folder / "compose.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    command = [
        docker,
        "compose",
        f"--project-directory={ROOT}",
        f"--env-file={env_file}",
        "config",
        "--quiet",
    ]
    # What the shell sets would win over the file.
    environment = {name: value for name, value in os.environ.items() if name not in names_in_env_example()}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
