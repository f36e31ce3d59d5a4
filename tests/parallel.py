"""How a whole run is shared out between processes, and what it says at its end of where its time went."""

import os
from collections import defaultdict
from pathlib import Path

import pytest

# Whoever mostly waits for processes begins; the quick ones fill what is left of the processors.
FIRST = ("tests/journeys", "tests/chaos", "tests/console/browser", "tests/standalone", "tests/security")


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """More than processors: a test of real processes is idle half its time."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.hasplugin("xdist") and os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=_turn)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: dict[str, float] = defaultdict(float)
    tests: dict[str, set[str]] = defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                part = _part(report.nodeid)
                seconds[part] += report.duration
                tests[part].add(report.nodeid)
    if len(seconds) < 2:
        return
    terminalreporter.section("seconds of each part, in all processes")
    for part in sorted(seconds, key=lambda part: -seconds[part]):
        terminalreporter.line(f"{seconds[part]:7.1f}  {len(tests[part]):5}  {part}")


def _turn(item: pytest.Item) -> int:
    folder = item.nodeid.rpartition("/")[0]
    return next((turn for turn, first in enumerate(FIRST) if folder.startswith(first)), len(FIRST))


def _part(nodeid: str) -> str:
    path = Path(nodeid.partition("::")[0])
    return "/".join(path.parts[:2]) if len(path.parts) > 2 else str(path)
