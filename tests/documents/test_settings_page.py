"""The page of settings is that of the code."""

import re

from tests.deploy.files import names_read_by_settings
from tests.documents.settings_page import OTHER_NAMES, PAGE, page

ROW = re.compile(r"^\| `([A-Z_]+)` \|.*\| (.*) \|$", re.MULTILINE)


def test_the_page_has_the_settings_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()  # python -m tests.documents.settings_page


def test_the_page_has_every_setting_once() -> None:
    names = [name for name, _ in ROW.findall(page())]
    assert sorted(names) == sorted(names_read_by_settings() - OTHER_NAMES)


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, meaning in ROW.findall(page()) if not meaning.strip()] == []
