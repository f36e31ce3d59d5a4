"""How a whole run is shared out between processes, and what it says at its end of where its time went."""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Half of the processes begin with those that mostly wait, the others with those that mostly compute.
# They meet in the middle, where the quick ones are: a long file there would be waited for at the end.
WAITING = ("tests/journeys", "tests/chaos", "tests/standalone")
COMPUTING = (  # a file after its folder
    "tests/delivery",
    "tests/deploy",
    "tests/security",
    "tests/delivery/simulation",
    "tests/api/test_schemathesis.py",
    "tests/console/browser",
)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """More than processors: a test of real processes is idle half its time."""
    return 2 * (os.cpu_count() or 1)


class FromBothEnds(LoadFileScheduling):  # type: ignore[misc]
    def _assign_work_unit(self, node: WorkerController) -> None:
        number = int(node.gateway.id.removeprefix("gw"))
        if number % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return FromBothEnds(config, log) if config.getvalue("dist") == "loadfile" else None


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
    """That of the last name that fits."""
    names = (*WAITING, "", *COMPUTING)
    turns = [turn for turn, name in enumerate(names) if name and item.nodeid.startswith(name)]
    return max(turns, default=names.index(""))


def _part(nodeid: str) -> str:
    path = Path(nodeid.partition("::")[0])
    return "/".join(path.parts[:2]) if len(path.parts) > 2 else str(path)
