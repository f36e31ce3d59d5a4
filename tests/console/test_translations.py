"""The Russian catalogues: whole, and compiled from what is committed."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from notification_service.console.parts import labels
from tests.console.texts import PACKAGE, texts

TRANSLATION = re.compile(r'^msgstr(?:\[\d\])? ((?:".*"\n)+)', re.MULTILINE)
CATALOGUES = pytest.mark.parametrize(
    "catalogue", sorted(PACKAGE.rglob("django.po")), ids=lambda path: path.relative_to(PACKAGE).parts[0]
)


def translations(catalogue: Path) -> list[str]:
    """Those of the texts: the first entry of a catalogue is its head."""
    entries = catalogue.read_text().partition("\n\n")[2] + "\n"
    return [ast.literal_eval(f"({text})") for text in TRANSLATION.findall(entries)]


def test_every_text_that_people_read_is_in_the_catalogue() -> None:
    known = translation.trans_real.translation("ru")._catalog  # type: ignore[attr-defined]
    missing = [(text, path) for text, path in texts() if text not in known and (text, 0) not in known]
    assert missing == [], "write each into the django.po of its app, then `make translations`"


@CATALOGUES
def test_every_text_of_a_catalogue_is_translated(catalogue: Path) -> None:
    assert "" not in translations(catalogue)


@CATALOGUES
def test_a_compiled_catalogue_has_every_translation(catalogue: Path) -> None:
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("")
    assert sorted(compiled.values()) == sorted(translations(catalogue)), "run `make translations`"


def test_a_russian_plural_has_the_right_form() -> None:
    with translation.override("ru"):
        counted = [labels.messages(n) for n in (1, 2, 5, 11, 21, 1004)]
    assert counted == [
        "1 сообщение",
        "2 сообщения",
        "5 сообщений",
        "11 сообщений",
        "21 сообщение",
        "1\xa0004 сообщения",
    ]
