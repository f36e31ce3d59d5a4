"""The layers and the tables in `docs/architecture.md` are those of the code."""

import re

import pytest

from tests.documents.architecture import DOCUMENT, ROOT, layers, tables


@pytest.mark.parametrize(("name", "printed"), [("layers", layers()), ("tables", tables())])
def test_the_architecture_document_shows_the_current_layers_and_tables(name: str, printed: str) -> None:
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    assert DOCUMENT.read_text().partition(start)[2].partition(end)[0] == printed


def test_every_model_has_a_description() -> None:
    assert [line for line in tables().splitlines() if line.endswith("|  |") or "(id, " in line] == []


def test_every_file_of_the_package_table_exists() -> None:
    rows = DOCUMENT.read_text().partition("## The packages")[2].partition("Imports go down only")[0]
    named = re.findall(r"`(\w+/[\w./]*)`", rows)
    assert "delivery/claim.py" in named
    assert [path for path in named if not (ROOT / "notification_service" / path).exists()] == []


def test_every_file_of_the_recipes_exists() -> None:
    recipes = (ROOT / "CONTRIBUTING.md").read_text().partition("## Recipes")[2].partition("## Tests")[0]
    named = re.findall(r"`(\w+/[\w./]*)`", recipes)
    assert "api/serializers/mailing.py" in named
    places = (ROOT, ROOT / "notification_service")
    assert [path for path in named if not any((place / path).exists() for place in places)] == []
