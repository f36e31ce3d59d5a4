"""The client as somebody installs it: a wheel that knows nothing of the service's code."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "python"
FOREIGN = (
    "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'notification_service'}))"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(FOLDER)]
    subprocess.run(build, check=True, timeout=250)
    [wheel] = folder.glob("*.whl")
    return wheel


def test_the_wheel_has_the_client_its_types_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    modules = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")}
    assert modules | {"notification_service_client/py.typed"} <= set(names)
    assert [name for name in names if name.endswith("licenses/LICENSE")] != []


def test_the_readme_installs_the_wheel_that_is_built(wheel: Path) -> None:
    assert f"pip install dist/{wheel.name}\n" in (FOLDER / "README.md").read_text()


def test_the_client_works_without_the_service(wheel: Path, tmp_path: Path) -> None:
    program = f"import sys, notification_service_client as client; print(client.__file__); {FOREIGN}"
    imported = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert imported.stdout.splitlines() == [f"{wheel}/notification_service_client/__init__.py", "[]"]
