"""What `up` shows: more than text where somebody looks at it, text everywhere else."""

import io
import time

import pytest

from notification_service.standalone.terminal import GREEN, Terminal

PLACES = {"console": "http://127.0.0.1:8000/", "logs": "/var/log"}
FIRST = ["Log in.", "Look around."]
TABLE = """\
console  http://127.0.0.1:8000/
logs     /var/log
1. Log in.
2. Look around.
"""


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Screen()


def test_a_terminal_gets_a_box_with_the_places_and_the_first_steps(screen: Screen) -> None:
    Terminal(screen).show_places(PLACES, FIRST)
    lines = screen.getvalue().replace("\033[1m", "").replace("\033[0m", "").splitlines()
    assert {len(line) for line in lines} == {35}
    assert lines[1] == "│ console  http://127.0.0.1:8000/ │"
    assert lines[-2] == "│ 2. Look around.                 │"


def test_a_terminal_gets_a_tick_and_the_time_for_each_step(screen: Screen) -> None:
    Terminal(screen).tick("Valkey runs", since=time.monotonic())
    assert screen.getvalue().startswith(f"{GREEN}✓")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20")])
def test_a_terminal_that_wants_text_or_is_narrow_gets_text(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    Terminal(screen).show_places(PLACES, FIRST)
    assert screen.getvalue() == TABLE


def test_a_file_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.tick("Valkey runs", since=time.monotonic())
    terminal.show_places(PLACES, FIRST)
    tick, _, table = capsys.readouterr().out.partition("\n")
    assert (tick, table) == ("ok Valkey runs (0.0 s)", TABLE)
