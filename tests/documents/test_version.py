"""One number for the package, the API's document and the changelog."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE)


def test_package_api_and_changelog_have_the_same_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert settings.SPECTACULAR_SETTINGS["VERSION"] == version
    assert NUMBER.findall((ROOT / "CHANGELOG.md").read_text())[:1] == [version]
