"""NDJSON lines to a client's fields."""

from typing import Any

from notification_service.mailings.client_import.lines import NumberedLines, decode
from notification_service.mailings.client_import.report import BadLine, FileRefused, shown
from notification_service.mailings.client_import.rules import COLUMNS, Rows
from notification_service.mailings.client_import.strict_json import parse_json


def read_ndjson(lines: NumberedLines) -> Rows:
    """Yield each line that is not blank with its number. Raises FileRefused where it is one JSON array."""
    is_first = True
    for number, line in lines:
        content = line.strip()
        if is_first and content.startswith(b"["):
            raise FileRefused(
                "This is one JSON array: write one object on each line, with no commas between."
            )
        if not content:
            continue
        is_first = False
        try:
            yield number, _fields(decode(line))
        except BadLine as problem:
            yield number, problem
    if is_first:
        raise FileRefused("The file is empty.")


def _fields(text: str) -> dict[str, Any]:
    fields = parse_json(text)
    if not isinstance(fields, dict):
        raise BadLine("The line must be a JSON object.")
    for name in fields:
        if name not in COLUMNS:
            raise BadLine(f"There is no field {shown(name)}.")
    return fields
