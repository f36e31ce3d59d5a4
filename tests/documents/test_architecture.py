"""The layers and the tables in `docs/architecture.md` are those of the code."""

import re

import pytest

from tests.documents.architecture import DOCUMENT, ROOT, folders, layers, tables


@pytest.mark.parametrize(("name", "printed"), [("layers", layers()), ("tables", tables())])
def test_the_architecture_document_shows_the_current_layers_and_tables(name: str, printed: str) -> None:
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    assert DOCUMENT.read_text().partition(start)[2].partition(end)[0] == printed


def test_every_model_has_a_description() -> None:
    assert [line for line in tables().splitlines() if line.endswith("|  |") or "(id, " in line] == []


def package_table() -> str:
    return DOCUMENT.read_text().partition("## The packages")[2].partition("Imports go down only")[0]


def test_every_file_of_the_package_table_exists() -> None:
    named = re.findall(r"`(\w+/[\w./]*)`", package_table())
    assert "delivery/claim.py" in named
    assert [path for path in named if not (ROOT / "notification_service" / path).exists()] == []


def test_every_file_from_claim_to_record_exists() -> None:
    section = DOCUMENT.read_text().partition("## From claim to record")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+(?:\.py|\.sql|/))`", section))
    assert {"dispatcher.py", "claim.sql", "wire/"} <= named
    engine = ROOT / "notification_service" / "delivery"
    places = {path.name + "/" * path.is_dir() for path in (*engine.iterdir(), *(engine / "sql").iterdir())}
    assert named - places == set()


def test_every_folder_of_the_package_has_a_row() -> None:
    first_cells = " ".join(re.findall(r"^\| (.+?) \|", package_table(), re.MULTILINE))
    assert "console/parts/" in folders()
    assert folders() - set(re.findall(r"`(.+?)`", first_cells)) == set(), "add a row to the table"


def recipes() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text().partition("## Recipes")[2].partition("## Tests")[0]


def test_every_file_of_the_recipes_exists() -> None:
    named = re.findall(r"`(\w+/[\w./]*)`", recipes())
    assert "api/serializers/mailing.py" in named
    places = (ROOT, ROOT / "notification_service")
    assert [path for path in named if not any((place / path).exists() for place in places)] == []


def test_every_name_that_a_recipe_looks_for_in_a_file_is_there() -> None:
    pairs = re.findall(r"((?:`\w+`(?:, | and )?)+) (?:in|of) `(\w+/[\w./]+\.(?:py|js))`", recipes())
    assert len(pairs) > 10
    missing = [
        (name, path)
        for names, path in pairs
        for name in re.findall(r"\w+", names)
        for place in [ROOT / path, ROOT / "notification_service" / path]
        if place.exists() and not re.search(rf"\b{name}\b", place.read_text())
    ]
    assert missing == []
