from pathlib import Path

import pytest

from tests.checks.release import faults, git, main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A commit that can be released as 0.3.0."""
    (tmp_path / "notification_service").mkdir()
    write(tmp_path, version="0.3.0", package="0.3.0", heading="0.3.0 (2030-01-31)")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.email", "somebody@example.com")
    git(tmp_path, "config", "user.name", "Somebody")
    commit(tmp_path)
    return tmp_path


def write(folder: Path, *, version: str, package: str, heading: str) -> None:
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (folder / "notification_service" / "version.py").write_text(f'VERSION = "{package}"\n')
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {heading}\n\n## 0.2.0 (2029-01-31)\n")


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


def test_a_release_is_tagged_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--tag", root=project) == 0
    assert git(project, "tag") == "v0.3.0"
    assert main("--tag", root=project) == 1
    assert "v0.3.0 is a tag already" in capsys.readouterr().out


def test_a_look_makes_no_tag(project: Path) -> None:
    assert main(root=project) == 0
    assert git(project, "tag") == ""


@pytest.mark.parametrize(
    ("package", "heading", "fault"),
    [
        ("0.2.0", "0.3.0 (2030-01-31)", "version.py is not 0.3.0"),
        ("0.3.0", "0.4.0 (2030-01-31)", "first heading of CHANGELOG.md is not 0.3.0"),
        ("0.3.0", "0.3.0 (unreleased)", "gives 0.3.0 no date"),
    ],
)
def test_versions_that_differ_are_not_released(project: Path, package: str, heading: str, fault: str) -> None:
    write(project, version="0.3.0", package=package, heading=heading)
    commit(project)
    [found] = faults(project)
    assert fault in found


def test_what_is_not_committed_is_not_released(project: Path) -> None:
    (project / "new.py").touch()
    assert list(faults(project)) == ["there are changes that are not committed"]
