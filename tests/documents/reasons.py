"""The table of reasons in `docs/message-lifecycle.md`, printed from the code."""

import re
from pathlib import Path

from notification_service.mailings import reasons

DOCUMENT = Path(__file__).parents[2] / "docs" / "message-lifecycle.md"
REASON = re.compile(
    r'^    [A-Z_]+ = "(?P<code>[a-z_]+)", "(?P<sentence>[^"]+)"  # (?P<meaning>.+)$', re.MULTILINE
)


def reasons_table() -> str:
    """Each reason with its sentence and the meaning beside it."""
    found = REASON.finditer(Path(reasons.__file__).read_text())
    rows = (f"| `{each['code']}` | {each['sentence']} | {each['meaning']} |\n" for each in found)
    return "| code | sentence | meaning |\n|---|---|---|\n" + "".join(rows)
