"""What the API says of a request that it refuses: English alone, for programs and those who write them."""

import ast
from collections.abc import Iterator

from tests.console.texts import PACKAGE

FILES = [
    *sorted(path for path in (PACKAGE / "api").rglob("*.py") if "openapi" not in path.parts),
    PACKAGE / "mailings/lifecycle.py",
    PACKAGE / "mailings/validation.py",
    *sorted((PACKAGE / "mailings/gateways").glob("*.py")),
]
SPOKEN_BY = {"problem_response", "_plain", "too_busy", "problem", "ParseError", "ValidationError", "NotFound"}
SPOKEN_BY |= {"Conflict", "ConflictError", "InvalidChange", "InvalidGateway", "GatewayInUse", "AlreadyExists"}
SPOKEN_BY |= {"GatewayUnusable", "PayloadTooLarge", "Unprocessable", "InvalidQuery", "UnsupportedMediaType"}
NAMED = {"default_detail", "default_error_messages", "WORDS", "BAD_FIELDS", "UNSTORABLE_TEXT", "TOO_MANY"}
NAMED |= {"ALL_SLOW", "NOT_A_MOMENT", "NO_OFFSET", "OUT_OF_RANGE", "OF_MAIN", "detail"}


def problem_texts() -> Iterator[tuple[str, str]]:
    """Each with the file that has it; a value that is filled in stands in braces."""
    for path in FILES:
        where = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            for spoken in _spoken(node):
                yield from ((text, where) for text in _strings(spoken) if " " in text)


def _spoken(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SPOKEN_BY:
            return [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMED:
            return [value]
        case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[ast.JoinedStr() as text])):
            return [text]
        case ast.Return(value=ast.Constant() as text):
            return [text]
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="problems"))], value=value):
            return [value]
        case _:
            return []


def _strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(_part(value) for value in values)
        case ast.Dict(values=values):
            for value in values:
                yield from _strings(value)
        case ast.List(elts=values) | ast.Tuple(elts=values):
            for value in values:
                yield from _strings(value)
        case ast.IfExp(body=body, orelse=other):
            yield from _strings(body)
            yield from _strings(other)


def _part(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=text):
            return str(text)
        case ast.FormattedValue(value=ast.Name() | ast.Attribute() as name):
            return f"{{{ast.unparse(name)}}}"
        case _:
            return "{…}"
