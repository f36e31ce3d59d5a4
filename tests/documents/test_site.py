"""The site of `make docs`: whole, and nothing in it comes from elsewhere."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.documents.test_names import ROOT

pytest.importorskip("mkdocs", reason="MkDocs, which builds the site, is not installed")
pytest.importorskip("material", reason="the site's theme, Material for MkDocs, is not installed")


class Resources(HTMLParser):
    """What a browser fetches to show a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "srcset", "data", "poster", "action") and value:
                (self.links if tag == "a" else self.fetched).append(value)


def resources_of(page: Path) -> Resources:
    found = Resources()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def is_outside(address: str) -> bool:
    return bool(urlsplit(address).netloc)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Resources]:
    return {page: resources_of(page) for page in site.rglob("*.html") if page.name != "404.html"}


def test_the_site_has_a_page_for_every_document(site: Path) -> None:
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    names = [path.with_name("index.md") if path.name == "README.md" else path for path in documents]
    assert [name for name in names if not (site / name).with_suffix(".html").exists()] == []


def test_the_site_loads_nothing_from_elsewhere(pages: dict[Path, Resources]) -> None:
    fetched = {address for resources in pages.values() for address in resources.fetched}
    assert [address for address in fetched if is_outside(address)] == []


def test_no_page_has_a_diagram_whose_script_the_theme_would_fetch(pages: dict[Path, Resources]) -> None:
    assert [page for page in pages if 'class="mermaid"' in page.read_text(encoding="utf-8")] == []


def test_the_style_sheets_load_nothing_from_elsewhere(site: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert texts
    assert [text for text in texts if "url(http" in text or "url(//" in text or "@import" in text] == []


def test_every_link_and_resource_of_the_site_is_there(site: Path, pages: dict[Path, Resources]) -> None:
    lost = [
        (page.relative_to(site).as_posix(), address)
        for page, resources in pages.items()
        for address in {*resources.fetched, *resources.links}
        if not is_outside(address) and not leads_somewhere(page, address)
    ]
    assert lost == []


def leads_somewhere(page: Path, address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme) or (page.parent / unquote(parts.path)).exists()


def test_a_file_outside_the_folder_comes_along(site: Path) -> None:
    for name in ("deploy/index.html", "deploy/prometheus/alerts.yml.txt", "LICENSE.txt"):
        assert (site / "repository" / name).exists()


def test_what_belongs_to_a_numbered_step_stays_in_it(site: Path) -> None:
    article = (site / "how-to" / "upgrade.html").read_text(encoding="utf-8").partition("<article")[2]
    assert article.count("<ol>") == 2  # a list that a block has cut would begin anew


def test_the_search_finds_words_of_both_languages(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert '"lang":["en","ru"]' in index
    assert "tutorial/first-mailing.ru.html" in index


def test_a_russian_page_says_its_language(site: Path) -> None:
    assert '<html lang="ru"' in (site / "tutorial" / "first-mailing.ru.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in (site / "tutorial" / "first-mailing.html").read_text(encoding="utf-8")


def test_a_broken_link_fails_the_site(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text("# A page\n\n[a page](nowhere.md), [a heading](#nowhere)\n")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    start = config.partition("\nnav:")[0].replace("hooks:", "# hooks:")
    (tmp_path / "mkdocs.yml").write_text(start)
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 1
    assert "'nowhere.md'" in built.stderr
    assert "'#nowhere'" in built.stderr
