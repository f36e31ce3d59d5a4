"""The texts that the package's code and templates have for people: what a catalogue must translate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

import notification_service

PACKAGE = Path(notification_service.__file__).parent
# By the name of a function: the places of its context and of its text.
FUNCTIONS = {
    "_": (None, 0),
    "gettext": (None, 0),
    "ngettext": (None, 0),
    "pgettext": (0, 1),
    "npgettext": (0, 1),
}
CALL = re.compile(r"\b(n?p?gettext|_)\((?=[u'\"])")


def texts() -> Iterator[tuple[str, str]]:
    """Each text with the file that has it; one with a context as gettext keeps it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _texts_of(ast.parse(path.read_text()), path)
    for path in sorted(PACKAGE.rglob("*.html")):
        code = templatize(path.read_text(), origin=path.name)
        for call in CALL.finditer(code):
            yield from _texts_of(ast.parse(_whole_call(code, call.start())), path)


def _texts_of(tree: ast.AST, path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            context, text = FUNCTIONS.get(node.func.id.removesuffix("_lazy"), (None, None))
            if text is not None:
                yield _key(node.args, context, text), path.relative_to(PACKAGE).as_posix()


def _key(arguments: list[ast.expr], context: int | None, text: int) -> str:
    parts = [arguments[place] for place in (context, text) if place is not None]
    return "\4".join(ast.literal_eval(part) for part in parts)


def _whole_call(code: str, start: int) -> str:
    """The shortest text from here that is a call: a text may have brackets of its own."""
    for end in (match.end() for match in re.finditer(r"\)", code[start:])):
        try:
            ast.parse(code[start : start + end])
        except SyntaxError:
            continue
        return code[start : start + end]
    raise ValueError(f"no call: {code[start : start + 80]}")
