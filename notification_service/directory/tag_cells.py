"""All tags of a client in one cell of a table, with a bar between them; pure.

A bar that belongs to a tag has a backslash before it, and a backslash before a bar or a backslash is two.
"""

import re
from collections.abc import Iterable

BETWEEN = "|"
SPECIAL = re.compile(r"[\\|]")
PART = re.compile(r"\\([\\|])|\|")


def tags_of_cell(cell: str) -> list[str]:
    """Return what stands between the bars. A blank cell has no tags."""
    tags, begun, at = [], "", 0
    for found in PART.finditer(cell):
        begun += cell[at : found.start()] + (found[1] or "")
        at = found.end()
        if found[1] is None:
            tags.append(begun)
            begun = ""
    return [*tags, begun + cell[at:]] if cell.strip() else []


def cell_of_tags(tags: Iterable[str]) -> str:
    return BETWEEN.join(SPECIAL.sub(r"\\\g<0>", tag) for tag in tags)
