"""The README's lines for servers of one's own, copied."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.checkout import Checkout, readme_block
from tests.journeys.service import ROOT, Service, wait_until
from tests.ports import free_port

# What each says when it runs.
READY = {
    "worker": "ready.",
    "beat": "is starting.",
    "flower": "Visit me at",
    "granian": "Started worker-1",
}


@pytest.fixture
def checkout(service: Service, tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path / "checkout")
    (checkout.folder / ".env").unlink()
    yield checkout
    checkout.close_all()


def with_servers(lines: str, service: Service, *, flower_port: int) -> str:
    for name in ("DATABASE_URL", "BROKER_URL", "GATEWAY_URL", "GATEWAY_TOKEN"):
        value = service.environment[name].replace("\\", r"\\")
        lines, found = re.subn(rf"(?m)^{name}=.*$", lambda _: f"{name}={value}", lines)  # noqa: B023
        assert found == 1
    return lines.replace("--port=5555", f"--port={flower_port}")


def test_every_line_works_as_it_stands(checkout: Checkout, service: Service) -> None:
    lines = with_servers(
        readme_block("With servers of your own"), service, flower_port=checkout.flower_port
    ).splitlines()
    first_that_stays = next(number for number, line in enumerate(lines) if " worker " in line)
    prepared = checkout.shell("\n".join(lines[:first_that_stays]))
    assert prepared.returncode == 0, prepared.stderr
    checkout.environment |= {"GRANIAN_PORT": str(free_port()), **exported(lines)}
    names = [next(name for name in READY if name in line) for line in lines[first_that_stays:]]
    assert names == list(READY)
    for name, line in zip(names, lines[first_that_stays:], strict=True):
        checkout.open_line(name, line)
    for name, words in READY.items():
        wait_until(lambda: words in said(checkout, name), what=f"{name}: {words}")  # noqa: B023
    assert [line for name in READY for line in complaints(said(checkout, name))] == []


def complaints(log: str) -> list[str]:
    """But for granian's on a small machine, of threads that are so many on purpose."""
    lines = re.findall(r".*(?:\[WARNING\]|Traceback|\[error).*", log)
    return [line for line in lines if "up to 16 Python threads" not in line]


def said(checkout: Checkout, name: str) -> str:
    return checkout.log_path(name).read_text()


def exported(lines: list[str]) -> dict[str, str]:
    found = (re.match(r"export (\w+)=(\S+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def commands(lines: str) -> list[str]:
    return [line.partition("  #")[0].strip() for line in lines.splitlines()]


def test_the_russian_readme_has_the_same_lines() -> None:
    for russian, english in (("Две команды", "Two commands"), ("По одной команде", "Command by command")):
        assert commands(readme_block(russian, document="README.ru.md")) == commands(readme_block(english))


@pytest.mark.parametrize("line", commands(readme_block("Two commands")))
def test_a_line_for_make_names_a_target(line: str) -> None:
    known = subprocess.run([*line.split(), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert known.returncode == 0, known.stderr
