"""Every picture is shown by a document, and every document shows pictures that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"screenshots/([\w-]+\.png)")


def test_every_picture_is_in_a_document_and_the_other_way_round() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    shown = {name for document in documents for name in LINK.findall(document.read_text(encoding="utf-8"))}
    assert shown == {path.name for path in ROOT.glob("docs/screenshots/*.png")}
