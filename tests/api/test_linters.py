"""What linters say of the document, and what it would break: nothing.

Each part is skipped where its tool is not installed: `redocly` (@redocly/cli), `spectral`
(@stoplight/spectral-cli), `oasdiff`.
"""

import subprocess
from pathlib import Path

import pytest

from tests.api.test_generators import DOCUMENT, run, tool
from tests.depth import IS_DEEP

pytestmark = pytest.mark.skipif(not IS_DEEP, reason="of `make test-deep`: runs programs of node and Go")

HERE = Path(__file__).parent


def test_redocly_finds_nothing(tmp_path: Path) -> None:
    said = run(tool("redocly"), "lint", "--config", HERE / "redocly.yaml", DOCUMENT, folder=tmp_path)
    assert "warning" not in said.lower(), said


def test_spectral_finds_nothing(tmp_path: Path) -> None:
    options = ("--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint")
    said = run(tool("spectral"), "lint", *options, DOCUMENT, folder=tmp_path)
    assert "No results" in said, said


def test_nothing_breaks_for_programs_of_the_last_release(tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_bytes(document_of_the_last_release())
    run(tool("oasdiff"), "breaking", "--fail-on", "ERR", before, DOCUMENT, folder=tmp_path)


def document_of_the_last_release() -> bytes:
    tag = _git("describe", "--tags", "--abbrev=0")
    if tag.returncode != 0:
        pytest.skip("there is no release to compare with")
    found = _git("show", f"{tag.stdout.decode().strip()}:tests/api/openapi.json")
    return found.stdout if found.returncode == 0 else pytest.skip("the last release has no document")


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, check=False)
