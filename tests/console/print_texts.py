"""Every text that people read, as a list to go through: English, Russian and the file that has it.

`make texts` prints it: the console, the e-mails and what is said of files of clients from the catalogues,
then what the API says of a request that it refuses, which is English alone.
"""

from collections.abc import Iterator

import django
from django.utils import translation

from tests.console.problem_texts import problem_texts
from tests.console.texts import texts

HEAD = "| English | Russian | where |\n|---|---|---|"
ONLY_ENGLISH = "(English alone)"


def rows() -> Iterator[tuple[str, str, str]]:
    """Each text once, with the first file that has it."""
    seen = set()
    for text, where in sorted(texts(), key=lambda found: found[1]):
        if text not in seen:
            seen.add(text)
            context, _, words = text.rpartition("\4")
            yield f"{words} ({context})" if context else words, _russian(text), where
    for text, where in dict.fromkeys(problem_texts()):
        yield text, ONLY_ENGLISH, where


def _russian(text: str) -> str:
    catalogue = translation.trans_real.translation("ru")._catalog  # type: ignore[attr-defined]
    forms = (catalogue.get((text, form)) for form in range(3))
    return catalogue.get(text) or " / ".join(dict.fromkeys(filter(None, forms)))


def table() -> str:
    cells = ([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows())
    return "\n".join([HEAD, *(f"| {' | '.join(row)} |" for row in cells)])


if __name__ == "__main__":
    django.setup()
    print(table())
