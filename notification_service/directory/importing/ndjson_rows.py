"""From NDJSON lines to a client's fields."""

from typing import Any

from django.utils.translation import gettext as _

from notification_service.directory.importing.columns import OF_CLIENTS, Columns
from notification_service.directory.importing.json_values import parse_json
from notification_service.directory.importing.lines import NumberedLines, decode
from notification_service.directory.importing.report import BadLine, FileRefused, shown
from notification_service.directory.importing.rows import Rows

OF_REJECTED = ("rejected_line", "rejected_reason")  # added by `rejected_file`


def read_ndjson(lines: NumberedLines, *, columns: Columns = OF_CLIENTS, resume_after: int = 0) -> Rows:
    """Yield each line that is not blank with its number. Raises FileRefused if the file is one JSON array."""
    lines.skip_to(resume_after)
    is_first = not resume_after
    for number, line in lines:
        content = line.strip()
        if is_first and content.startswith(b"["):
            raise FileRefused(
                _("This is one JSON array: write one object on each line, with no commas between.")
            )
        if not content:
            continue
        is_first = False
        try:
            yield number, line, _fields(decode(line), columns)
        except BadLine as problem:
            yield number, line, problem
    if is_first:
        raise FileRefused(_("The file is empty."))


def _fields(text: str, columns: Columns) -> dict[str, Any]:
    fields = parse_json(text)
    if not isinstance(fields, dict):
        raise BadLine(_("The line must be a JSON object."))
    for name in OF_REJECTED:
        fields.pop(name, None)
    for name in fields:
        if name not in columns.names:
            raise BadLine(_("There is no field %(name)s.") % {"name": shown(name)})
    return fields
