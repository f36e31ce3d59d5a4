"""Containers, pods and units run what the README says, in the same words."""

import re

import pytest
from django.core.management import get_commands

from tests.deploy.files import ROOT, names_read_by_settings, our_containers, our_services, text_of

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def compose_commands() -> list[str]:
    return [" ".join(service["command"]) for service in our_services().values()]


def pod_commands() -> list[str]:
    return [" ".join(container["args"]) for container in our_containers()]


def image_command() -> str:
    words: list[str] = re.findall(r'"([^"]+)"', text_of("Dockerfile").rpartition("\nCMD ")[2])
    return " ".join(words)


def unit_commands() -> list[str]:
    lines = [re.findall(r"^ExecStart=\S+/\.venv/bin/(.+)$", unit.read_text(), re.MULTILINE) for unit in UNITS]
    return [line for (line,) in lines]


COMMANDS = {*compose_commands(), *pod_commands(), *unit_commands(), image_command()}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_deployed_command_is_a_command_of_the_readme_or_of_manage_py(command: str) -> None:
    management = re.search(r"\bpython manage\.py (\w+)", command)
    if management:
        assert management[1] in get_commands()
    else:
        in_readme = re.findall(r"^\.venv/bin/(.+?)(?:\s+#.*)?$", text_of("README.md"), re.MULTILINE)
        assert command in in_readme


def test_compose_and_kubernetes_run_the_same_commands() -> None:
    roles = ("web", "worker", "beat", "flower", "migrate", "simulator")
    in_compose = {name: our_services()[name]["command"] for name in roles}
    assert in_compose == {
        container["name"]: container["args"] for container in our_containers() if container["name"] in roles
    }


def test_a_worker_has_45_seconds_to_stop_in_compose_and_systemd() -> None:
    assert our_services()["worker"]["stop_grace_period"] == "45s"
    worker = next(unit for unit in UNITS if "worker" in unit.name)
    assert "TimeoutStopSec=45\n" in worker.read_text()


def test_every_variable_of_the_systemd_units_is_read() -> None:
    for unit in UNITS:
        values = " ".join(re.findall(r"^Environment=(.+)$", unit.read_text(), re.MULTILINE))
        names = {word.partition("=")[0] for word in values.split()}
        others = {name for name in names if name.startswith(("PYTHON", "GRANIAN_"))}
        assert names - others <= names_read_by_settings()
