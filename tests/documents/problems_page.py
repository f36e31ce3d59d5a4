"""The tables of docs/reference/problems.md, from the code: `python -m tests.documents.problems_page`."""

from pathlib import Path

from notification_service.api.error_codes import CODES
from notification_service.api.problem_kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "problems.md"
START, END = "<!-- problems -->\n", "<!-- end of problems -->"


def tables() -> str:
    kinds = "".join(
        f"| {kind.status} | `{kind.name}` | {kind.meaning} | {kind.remedy} |\n" for kind in KINDS.values()
    )
    codes = "".join(f"| `{code}` | {meaning} |\n" for code, meaning in CODES.items())
    return (
        f"| status | kind | means | what a program does |\n|---|---|---|---|\n{kinds}\n"
        f"| code of an error | means |\n|---|---|\n{codes}"
    )


def page(text: str) -> str:
    before, _, rest = text.partition(START)
    return before + START + tables() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
