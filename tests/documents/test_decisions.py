"""The index of decisions lists each of them, by its title."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"


def titles() -> dict[str, str]:
    pages = sorted(FOLDER.glob("[0-9]*.md"))
    return {page.name: page.read_text().partition("\n")[0].removeprefix("# ") for page in pages}


def test_the_index_lists_every_decision() -> None:
    index = (FOLDER / "README.md").read_text()
    listed = [line for line in index.splitlines() if line.startswith("- [")]
    assert listed == [f"- [{title}]({name})" for name, title in titles().items()]


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(name[:4]) for name in titles()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [int(title.partition(".")[0]) for title in titles().values()] == numbers
