"""The glossary speaks the language of the code: a word that the code has dropped is dropped here."""

import re
from functools import cache

import pytest

from tests.documents.architecture import PACKAGE, ROOT

ROW = re.compile(r"^\| ([a-z][^|]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = [row for row in ROW.findall((ROOT / "docs" / "glossary.md").read_text()) if row[0] != "word"]
WORDS = [word for row in ROWS for word in row[0].split(", ")]


@cache
def code() -> str:
    """All of it, in words with a space between them, whether they are names or prose."""
    files = [path.read_text() for ending in ("py", "sql", "html") for path in PACKAGE.rglob(f"*.{ending}")]
    in_words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", "\n".join(files))
    return re.sub(r"[\W_]+", " ", in_words).lower()


def test_the_search_knows_what_the_code_does_not_say() -> None:
    assert "client" in WORDS
    assert "pigeon post" not in code()


@pytest.mark.parametrize("word", WORDS)
def test_the_code_uses_every_word_of_the_glossary(word: str) -> None:
    said = word.replace("-", " ")
    assert re.search(rf"\b{said}", code()), "drop the word, or write the one that the code uses"


def test_no_word_of_the_glossary_is_defined_twice() -> None:
    assert len(WORDS) == len(set(WORDS))
