"""What a page loads: files of the console's own and htmx, each of which is there."""

import re
from pathlib import Path
from posixpath import join, normpath

import pytest
from django.contrib.staticfiles import finders
from django.test import Client as Browser

NAMED_IN_PAGE = re.compile(r'(?:href|src)="/static/([^"#]+)')
NAMED_IN_STYLES = re.compile(r"url\(([^)]+)\)")


def found(file: str) -> Path:
    path = finders.find(file)
    assert path, file
    return Path(path)


def named_in_styles(file: str) -> set[str]:
    return {normpath(join(file, "..", name)) for name in NAMED_IN_STYLES.findall(found(file).read_text())}


def assert_loads_only_its_own(browser: Browser, path: str) -> None:
    files = set(NAMED_IN_PAGE.findall(browser.get(path).content.decode()))
    files |= {name for file in files if file.endswith(".css") for name in named_in_styles(file)}
    assert {file for file in files if not file.startswith("console/")} <= {"django_htmx/htmx-2.min.js"}
    assert "console/fonts/Inter-SemiBold.woff2" in files
    assert all(found(file).is_file() for file in files)


@pytest.mark.parametrize(
    "path", ["/", "/mailings/new/", "/clients/imports/", "/settings/people/", "/nowhere/"]
)
def test_a_page_loads_files_of_the_console_and_htmx_alone(operator: Browser, path: str) -> None:
    assert_loads_only_its_own(operator, path)


@pytest.mark.django_db
def test_the_login_loads_files_of_the_console_and_htmx_alone() -> None:
    assert_loads_only_its_own(Browser(), "/login/")
