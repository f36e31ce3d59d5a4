"""What `docs/architecture.md` says of the layers and the tables, printed from the code."""

import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

from django.apps import apps

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "notification_service"
OF_DJANGO = {"migrations", "management"}
APPS = ("directory", "mailings", "audit", "access", "api", "console", "reports")


def folders() -> set[str]:
    """Those of one or two levels that have code, but for what every Django app has."""
    paths = [path for ending in ("py", "sql") for path in PACKAGE.rglob(f"*.{ending}")]
    parents = [path.relative_to(PACKAGE).parts[:-1][:2] for path in paths]
    return {f"{'/'.join(parts)}/" for parts in parents if parts and parts[-1] not in OF_DJANGO}


def layers() -> str:
    """Each contract of layers, top to bottom."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return "```\n" + "\n".join(map(_line, _layered(config["contracts"]))) + "\n```\n"


def tables() -> str:
    """Each table with the first line of its model's docstring."""
    rows = (f"| `{table}` | {meaning} |\n" for table, meaning in sorted(_meanings()))
    return "| table | rows |\n|---|---|\n" + "".join(rows)


def _layered(contracts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [contract for contract in contracts if contract["type"] == "layers"]


def _line(contract: dict[str, Any]) -> str:
    name = contract["containers"][0].removeprefix("notification_service.")
    return fill(f"{name}: {' → '.join(contract['layers'])}", width=118, subsequent_indent="    ")


def _meanings() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            yield model._meta.db_table, (inspect.getdoc(model) or "").partition("\n")[0]
