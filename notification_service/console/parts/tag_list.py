"""Tags as people type them, with commas between; one that has a comma itself stands in quotes. Pure."""

import re
from collections.abc import Iterable

from notification_service.directory.rules import tag_of

# In quotes, which stand twice within them, or up to the next separator.
ENTRY = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[,;\n]|$)|([^,;\n]*))(?:[,;\n]|$)')
SEPARATORS = ",;\n"
UNUSUAL = re.compile(r'[,;\n]|^"')


def read_tags(text: str) -> list[str]:
    """Each once, in their order; one in quotes exactly as it is written there."""
    entries = [_entry(match) for match in ENTRY.finditer(text)]
    return list(dict.fromkeys(entry for entry in entries if tag_of(entry)))


def last_entry(text: str) -> tuple[str, str]:
    """What stands before the entry that is being typed, and this entry."""
    matches = [match for match in ENTRY.finditer(text) if match.group()]
    if not matches or matches[-1].group()[-1] in SEPARATORS:
        return text, ""
    return text[: matches[-1].start()], _entry(matches[-1])


def _entry(match: re.Match[str]) -> str:
    quoted, plain = match.groups()
    return quoted.replace('""', '"') if quoted is not None else tag_of(plain)


def written_tags(tags: Iterable[str]) -> str:
    return ", ".join(written_tag(tag) for tag in tags)


def written_tag(tag: str) -> str:
    if UNUSUAL.search(tag) or tag != tag_of(tag):
        return '"' + tag.replace('"', '""') + '"'
    return tag
