"""Licences of the packages that requirements.txt pins: each has to let the service be used and handed on.

`python -m tests.checks.licences` compares them with docs/licences.md; `--write` writes that page anew.
"""

import re
import sys
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences

The service itself is under the [MIT licence](../LICENSE). It needs these packages. Each has a licence that
lets you use it and hand it on, in a product that is sold as well. We change none of them. `make check`
compares this page with `requirements.txt` and refuses any other licence.

LGPL and MPL ask one thing more: whoever changes such a package and hands it on has to show those changes.

| package | licence |
|---|---|
"""
# What a package says, in one of its three fields, and the licence meant; the first that is found counts.
KINDS = {
    r"\bLGPL": "LGPL-3.0",
    r"\bA?GPL|GNU (Affero )?General Public": "GPL",
    r"\bMPL": "MPL-2.0",
    r"\bApache.*\b(MIT|BSD)\b|\b(MIT|BSD)\b.*\bApache": "Apache-2.0 and MIT or BSD",
    r"\bApache": "Apache-2.0",
    r"\bBSD": "BSD",
    r"\bMIT\b|Permission is hereby granted, free of charge": "MIT",
    r"\bPSF|Python Software Foundation": "PSF-2.0",
}
REFUSED = ("GPL", "")
# Their texts have no field for it: package → licence, as its file says.
SAID_ELSEWHERE = {"fido2": "BSD"}  # beside it: Apache-2.0 of one file, MPL-2.0 of a list that is data


def pinned() -> list[str]:
    return re.findall(r"^([a-z0-9][\w.-]*)==", REQUIREMENTS.read_text(), re.MULTILINE)


def licences() -> dict[str, str]:
    """By package, of those that this platform needs; "" where nothing is said that we know."""
    return {name: licence for name in pinned() if (licence := _licence(name)) is not None}


def _licence(name: str) -> str | None:
    if name in SAID_ELSEWHERE:
        return SAID_ELSEWHERE[name]
    try:
        package = distribution(name)
    except PackageNotFoundError:  # of another platform or an older Python
        return None
    said = " ".join(_fields(cast("Message", package.metadata)))
    files = [file for file in package.files or [] if "LICEN" in file.name.upper()]
    return kind_of(said) or kind_of(" ".join(file.read_text() for file in files))


def _fields(metadata: Message) -> Iterator[str]:
    if expression := metadata.get("License-Expression"):
        yield expression
        return
    yield from (line for line in metadata.get_all("Classifier") or [] if line.startswith("License"))
    yield (metadata.get("License") or "")[:200]


def kind_of(said: str) -> str:
    return next((kind for pattern, kind in KINDS.items() if re.search(pattern, said)), "")


def page(known: dict[str, str]) -> str:
    return HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in sorted(known.items()))


def faults(known: dict[str, str], text: str) -> Iterator[str]:
    for name, licence in known.items():
        if licence in REFUSED:
            yield f"{name}: {licence or 'no licence that we know'}"
        elif f"| {name} | {licence} |\n" not in text:
            yield f"{name} ({licence}) is not in docs/licences.md: python -m tests.checks.licences --write"


def main(*options: str) -> int:
    known = licences()
    if "--write" in options:
        PAGE.write_text(page(known), encoding="utf-8")
    found = list(faults(known, PAGE.read_text(encoding="utf-8")))
    print(*found, f"licences: {len(known)} packages, {len(found)} to look at", sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
