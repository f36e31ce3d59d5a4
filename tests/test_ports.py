import subprocess
import sys
from pathlib import Path

from tests.ports import BLOCKS, free_port

ROOT = Path(__file__).parents[1]
ASK = "from tests.ports import free_port; print(free_port())"


def block_of(port: int) -> int:
    return port - port % BLOCKS.step


def test_no_port_is_given_twice_while_other_ports_are_left() -> None:
    ports = [free_port() for _ in range(BLOCKS.step // 2)]
    assert len(set(ports)) == len(ports)


def test_another_process_gets_other_ports() -> None:
    mine = free_port()
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert block_of(int(asked.stdout)) != block_of(mine)
