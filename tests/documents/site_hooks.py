"""What MkDocs does not do by itself for the site of `make docs`.

The documents are written for where they are read most, beside the code. So they link to
files outside docs/: those are brought along, below `repository/`, and the links follow.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
CARRIED = "repository"
LINK = re.compile(r"(\]\()(?!https?:|#|mailto:)([^)#\s]+)")
RUSSIAN = ".ru.md"
# A browser shows these as they are, rather than saving them.
AS_TEXT = ("", ".example", ".sql", ".yml", ".yaml", ".service")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A folder in the navigation stands for all of its pages."""
    config.nav = [_unfolded(entry) for entry in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    pages = {f"docs/{file.src_uri}" for file in files.documentation_pages()}
    for path in sorted(_linked_from(pages)):
        files.append(_carried_file(path, config))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    uri = page.file.src_uri
    source = uri.removeprefix(f"{CARRIED}/") if uri.startswith(f"{CARRIED}/") else f"docs/{uri}"

    def followed(link: re.Match[str]) -> str:
        return link[1] + posixpath.relpath(_place(target(source, link[2])), posixpath.dirname(uri) or ".")

    return "\n".join(_four_spaces(LINK.sub(followed, markdown).splitlines()))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """For hyphens and voices: the theme has one language for the whole site."""
    is_russian = page.file.src_uri.endswith(RUSSIAN)
    return output.replace('<html lang="en"', '<html lang="ru"', 1) if is_russian else output


def target(document: str, link: str) -> str:
    """The path of what a link leads to, from the root; of a folder, the page that is its index."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document), link))
    return f"{path}/README.md" if (ROOT / path).is_dir() else path


def carried(path: str) -> str:
    """Where a file of the repository is in the site."""
    name = f"{path}.txt" if Path(path).suffix in AS_TEXT else path
    folder, _, name = f"{CARRIED}/{name}".rpartition("/")
    return f"{folder}/{name.removeprefix('.')}"


def _four_spaces(lines: list[str]) -> Iterator[str]:
    """Python-Markdown asks for four before what belongs to a numbered item; everyone else takes three."""
    is_in_item = False
    for line in lines:
        if line and not line.startswith(" "):
            is_in_item = bool(re.match(r"\d+\. ", line))
        yield f" {line}" if is_in_item and line.startswith("   ") else line


def _carried_file(path: str, config: MkDocsConfig) -> File:
    hidden = InclusionLevel.NOT_IN_NAV
    if path.endswith(".md"):
        return File.generated(config, carried(path), content=_text_of(path), inclusion=hidden)
    return File.generated(config, carried(path), abs_src_path=str(ROOT / path), inclusion=hidden)


def _text_of(path: str) -> str:
    """Of a folder without a README.md, an index of its files."""
    if (ROOT / path).exists():
        return (ROOT / path).read_text(encoding="utf-8")
    folder = Path(path).parent
    names = sorted(file.name for file in (ROOT / folder).iterdir() if file.is_file())
    return "\n".join([f"# {folder.as_posix()}/", "", *(f"- [{name}]({name})" for name in names)])


def _place(path: str) -> str:
    return path.removeprefix("docs/") if path.startswith("docs/") else carried(path)


def _linked_from(documents: set[str]) -> set[str]:
    """Files outside docs/ that these documents link to, or that those link to in turn."""
    found: set[str] = set()
    waiting = list(documents)
    while waiting:
        new = set(_links_out(waiting.pop())) - found
        found |= new
        waiting += [path for path in new if path.endswith(".md")]
    return found


def _links_out(document: str) -> Iterator[str]:
    for _, link in LINK.findall(_text_of(document)):
        path = target(document, link)
        if not path.startswith("docs/") and _is_there(path):
            yield path


def _is_there(path: str) -> bool:
    return (ROOT / path).is_file() or (path.endswith("/README.md") and (ROOT / path).parent.is_dir())


def _unfolded(entry: Any) -> Any:
    match entry:
        case dict():
            return {title: _unfolded(value) for title, value in entry.items()}
        case list():
            return [_unfolded(item) for item in entry]
        case str() if entry.endswith("/"):
            names = {page.name for page in (ROOT / "docs" / entry).glob("*.md")}
            return [f"{entry}{name}" for name in ("README.md", *sorted(names - {"README.md"}))]
    return entry
