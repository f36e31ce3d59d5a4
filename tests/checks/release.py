"""What a release must be, and its tag: `make release`, which runs the whole `.ci/run` in between.

`python -m tests.checks.release` only looks; with `--tag` it makes the tag, which is pushed by hand.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) \((.+)\)$", re.MULTILINE)
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def version_of(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def faults(root: Path) -> Iterator[str]:
    """What keeps the present commit from being released; nothing where it can be."""
    version = version_of(root)
    if git(root, "status", "--porcelain"):
        yield "there are changes that are not committed"
    if f'VERSION = "{version}"' not in (root / "notification_service" / "version.py").read_text():
        yield f"notification_service/version.py is not {version}"
    headings = HEADING.findall((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if not headings or headings[0][0] != version:
        yield f"the first heading of CHANGELOG.md is not {version}"
    elif not DATE.fullmatch(headings[0][1]):
        yield f"CHANGELOG.md gives {version} no date: ## {version} (2030-01-31)"
    if git(root, "tag", "--list", f"v{version}"):
        yield f"v{version} is a tag already: raise the version in pyproject.toml"


def main(*options: str, root: Path = ROOT) -> int:
    if found := list(faults(root)):
        print(*found, sep="\n")
        return 1
    tag = f"v{version_of(root)}"
    if "--tag" not in options:
        print(f"{tag} can be released")
        return 0
    git(root, "tag", "--annotate", "--message", f"Version {version_of(root)}", tag)
    print(f"{tag} is made; publish it: git push origin main {tag}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
