"""What the documents name is there: files and folders that were moved or renamed are missed here."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "deploy/**/*.md", "clients/**/*.md")
    for path in ROOT.glob(pattern)
)
LIFECYCLE = (ROOT / "docs/message-lifecycle.md").read_text()
# `tests/delivery/test_claim.py`, `docs/decisions/`, and after one of them in a cell the bare `test_plans.py`.
PATH = re.compile(r"`((?:tests|docs|deploy|notification_service)/[\w./-]*|test_\w+\.py)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
RULE = re.compile(r"^\| (\d+) [^|]+\|[^|]+\|([^|]+)\|$", re.MULTILINE)
MADE_LATER = {"docs/screenshots/"}


def named_files(text: str) -> Iterator[str]:
    for path in PATH.findall(text):
        if path not in MADE_LATER:
            yield path


def is_there(path: str) -> bool:
    return (ROOT / path).exists() or (path.startswith("test_") and any(ROOT.glob(f"tests/**/{path}")))


def test_the_search_finds_known_documents_and_names() -> None:
    assert {"README.md", "docs/message-lifecycle.md", "docs/operations.md"} <= set(DOCUMENTS)
    assert "tests/mailings/test_audience.py" in set(named_files(LIFECYCLE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document: str) -> None:
    assert [path for path in named_files((ROOT / document).read_text()) if not is_there(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_to_a_file(document: str) -> None:
    folder = (ROOT / document).parent
    links = LINK.findall((ROOT / document).read_text())
    assert [link for link in links if not (folder / link).exists()] == []


def test_each_rule_of_delivery_names_its_tests() -> None:
    rules = dict(RULE.findall(LIFECYCLE))
    assert list(rules) == [str(number) for number in range(1, 18)]
    assert [number for number, tests in rules.items() if not list(named_files(tests))] == []
