"""The page of settings, printed from the code that reads them and the words of `.env.example`.

`python -m tests.documents.settings_page` writes it anew.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "notification_service"
PAGE = ROOT / "docs" / "reference" / "settings.md"
# In this order: what every installation sets comes first.
TITLES = {
    "servers": "Database and broker",
    "delivery": "Gateways, the engine and retention",
    "security": "Secrets, hosts and TLS",
    "sign_in": "Sign-in",
    "web": "Uploads and downloads",
    "api": "The API",
    "observability": "Logs, metrics and traces",
    "reports": "Daily report and mail",
    "base": "Where data is kept",
}
# Read by a method of Environment that is not named after one variable.
ELSEWHERE = {"sign_in": PACKAGE / "environment.py"}
OTHER_NAMES = {"TOKEN"}  # of a setting that is listed
KINDS = {
    "addresses": "e-mail addresses, separated by commas",
    "bool": "true or false",
    "broker": "URL",
    "database": "URL",
    "float": "number",
    "http_url": "http(s) URL",
    "int": "whole number",
    "list": "words, separated by commas",
    "path": "path",
    "port": "port",
    "positive": "number above 0",
    "positive_int": "whole number, 1 or more",
    "proxy": "http URL",
    "secret": "text, 16 characters or more",
    "sender": "e-mail address",
    "str": "text",
    "time_of_day": "time, such as 08:00",
    "time_zone": "IANA name",
    "words": "words, separated by commas",
    "zero_or_more": "whole number, 0 or more",
}
HEAD = """# Settings

Every setting is an environment variable, or a line of a `.env` file beside `manage.py`; without a checkout,
in the folder where you start the service. Each may also be given as `NAME_FILE`, the path of a file that
holds the value. A bad value stops the start with one line. [Operations](../operations.md#settings) explains
how they work together, and [.env.example](../../.env.example) is a file to start from.

This page is printed from the code (`python -m tests.documents.settings_page`).
"""


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    kind: str
    default: str


def page() -> str:
    meanings = dict(_meanings((ROOT / ".env.example").read_text(encoding="utf-8")))
    return HEAD + "".join(_section(file, meanings) for file in TITLES)


def settings_of(file: str) -> dict[str, Setting]:
    """By name, those that a file of settings reads, in its order."""
    found: dict[str, Setting] = {}
    for path in (PACKAGE / "settings" / f"{file}.py", ELSEWHERE.get(file)):
        for call in _calls(path) if path else ():
            setting = _setting(call)
            found.setdefault(setting.name, setting)
    return found


def _section(file: str, meanings: dict[str, str]) -> str:
    rows = (
        f"| `{each.name}` | {each.kind} | {each.default} | {meanings.get(each.name, '')} |\n"
        for each in settings_of(file).values()
        if each.name not in OTHER_NAMES
    )
    return f"\n## {TITLES[file]}\n\n| variable | value | default | meaning |\n|---|---|---|---|\n" + "".join(
        rows
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _calls(path: Path) -> list[ast.Call]:
    """`env.str("NAME", …)` and its like, from the top of a file to its end."""
    calls = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call) and _reads(node)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _reads(call: ast.Call) -> bool:
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="env" | "self")), args=[ast.Constant(value=str(name)), *_]
        ):
            return bool(re.fullmatch(r"[A-Z_]+", name))
    return False


def _setting(call: ast.Call) -> Setting:
    method = getattr(call.func, "attr")  # noqa: B009 (`_reads` has seen that it is an attribute)
    name, *rest = [_value(argument) for argument in call.args]
    if method == "one_of":
        return Setting(str(name), ", ".join(f"`{value}`" for value in rest), f"`{rest[0]}`")
    default = rest[0] if rest else {"time_zone": "UTC"}.get(method)
    return Setting(str(name), KINDS[method], _shown(default))


def _value(argument: ast.expr) -> object:
    """What is written: a value, a list of them, or `7 * 24`."""
    code = compile(ast.Expression(argument), "settings", "eval")
    return eval(code, {"BASE_DIR": Path()})


def _shown(default: object) -> str:
    match default:
        case None | "" | []:
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case list():
            return f"`{','.join(map(str, default))}`"
    return f"`{default}`"


def _meanings(text: str) -> Iterator[tuple[str, str]]:
    """Each variable with the comment above it, which holds up to the next comment or an empty line."""
    comment: list[str] = []
    is_open = False
    for line in text.splitlines():
        if variable := re.match(r"#?([A-Z_]+)=", line):
            is_open = False
            yield variable[1], " ".join(comment)
        elif line.startswith("# "):
            comment = [*(comment if is_open else []), line.removeprefix("# ")]
            is_open = True
        else:
            comment, is_open = [], False


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
