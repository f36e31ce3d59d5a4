"""No two classes of the product share a name; the classes of tests have names that pytest collects."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
OF_DJANGO = {"Command", "DatabaseWrapper", "Migration"}  # Django looks for these names in a module


def classes_in(folder: str, *, files: str) -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sorted((ROOT / folder).rglob(files)):
        for name in CLASS.findall(path.read_text()):
            found[name].append(path.relative_to(ROOT / folder).as_posix())
    return found


def test_no_two_classes_of_the_package_share_a_name() -> None:
    found = classes_in("notification_service", files="*.py")
    assert found["Gateway"] == ["mailings/models/gateway.py"]
    shared = {name: paths for name, paths in found.items() if len(paths) > 1 and name not in OF_DJANGO}
    assert shared == {}


def test_pytest_collects_every_class_of_tests(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("python_classes") == ["*Tests"]
    found = classes_in("tests", files="test_*.py")
    assert found["TlsTests"] == ["delivery/wire/test_dial.py"]
    assert [name for name in found if name.startswith("Test")] == []
