"""The blocks of the client's README, as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "python"
BLOCKS = re.findall(r"```python\n(.+?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"


def test_the_quick_start_runs_from_top_to_bottom(
    live_server: Any, write_key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("API_KEY", write_key)
    assert [ADDRESS in block for block in BLOCKS] == [True, True, False]
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block.replace(ADDRESS, live_server.url), names)
    said = capsys.readouterr().out
    assert said.startswith("1 new clients, 0 lines rejected\n1 clients will get it\nMessageCounts(total=0,")
    assert "79161234567 Europe/Moscow" in said
    assert said.endswith(" Sale! 0\n")
