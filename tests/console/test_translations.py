"""The Russian catalogue: whole, and compiled from what is committed."""

import gettext
import re
from pathlib import Path

from django.utils import translation

from notification_service import console
from notification_service.console.parts import labels

CATALOGUE = Path(console.__file__).parent / "locale" / "ru" / "LC_MESSAGES" / "django.po"


def entries() -> list[str]:
    return CATALOGUE.read_text().split("\n\n")[1:]


def test_every_text_of_the_console_is_translated() -> None:
    assert [entry for entry in entries() if re.search(r'msgstr(\[\d\])? ""\s*$', entry, re.MULTILINE)] == []


def test_the_compiled_catalogue_has_every_entry() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    ids = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    assert len(ids - {""}) == len(entries())


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
