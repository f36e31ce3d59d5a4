"""What the console says about an import of clients."""

from collections.abc import Mapping, Sequence

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from notification_service.console.parts import labels
from notification_service.directory.importing import Rejection
from notification_service.directory.importing.uploads.preview import UploadPreview
from notification_service.directory.models import ClientUpload, RejectedLine

PROBLEMS_SHOWN = 8

STATUS = {
    "arriving": (pgettext_lazy("import", "arriving"), "clock", "scheduled"),
    "ready": (pgettext_lazy("import", "to be started"), "clock", "paused"),
    "waiting": (pgettext_lazy("import", "waiting"), "clock", "scheduled"),
    "running": (pgettext_lazy("import", "running"), "play", "running"),
    "finished": (pgettext_lazy("import", "finished"), "check", "finished"),
    "cancelled": (pgettext_lazy("import", "cancelled"), "cross", "cancelled"),
    "failed": (pgettext_lazy("import", "stopped by itself"), "alert", "failed"),
}
FIELD: dict[str, Promise] = {
    "phone": gettext_lazy("Phone"),
    "timezone": gettext_lazy("Time zone"),
    "operator_code": gettext_lazy("Operator code"),
    "tag": gettext_lazy("Tag"),
    "tags": gettext_lazy("Tags"),
    "attributes": gettext_lazy("Attributes (JSON)"),
}
FIELDS: dict[str, dict[str, Promise]] = {
    "clients": FIELD,
    "opt_outs": {
        "phone": gettext_lazy("Phone"),
        "topic": gettext_lazy("Topic"),
        "reason": gettext_lazy("Reason"),
        "source": gettext_lazy("Source"),
    },
    "consents": {
        "phone": gettext_lazy("Phone"),
        "topic": gettext_lazy("Topic"),
        "given_at": gettext_lazy("Given"),
        "evidence": gettext_lazy("Evidence"),
    },
}
WORDS = {field: word for fields in FIELDS.values() for field, word in fields.items()}  # a field has one word
ENCODING = {"utf-8": "UTF-8", "cp1251": "Windows-1251", "utf-16": "UTF-16"}
SEPARATOR = {
    ",": gettext_lazy("comma ,"),
    ";": gettext_lazy("semicolon ;"),
    "\t": gettext_lazy("tab"),
}


def field_words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {field: str(word) for field, word in WORDS.items()}


def reason_of(line: Rejection | RejectedLine, words: Mapping[str, str]) -> str:
    """Return why a line is rejected, with the label of its field in the language of the reason."""
    field = line.field or ""
    if field in words and line.reason.startswith(field):
        return f"{words[field]}{line.reason.removeprefix(field)}"
    return line.reason


def first_problems(rejections: Sequence[Rejection]) -> list[tuple[str, str]]:
    """Return the first reasons, each with the lines that it applies to."""
    words = {field: str(word) for field, word in WORDS.items()}
    lines: dict[str, list[int]] = {}
    for each in rejections:
        lines.setdefault(reason_of(each, words), []).append(each.line)
    return [(_place(of), reason) for reason, of in list(lines.items())[:PROBLEMS_SHOWN]]


def _place(lines: Sequence[int]) -> str:
    facts = {"line": lines[0], "rows": rows(len(lines))}
    if len(lines) > 1:
        return _("%(rows)s, the first in line %(line)s:") % facts
    return _("Line %(line)s:") % facts


def advice(seen: UploadPreview) -> str:
    """Return what to do if every previewed row would be rejected."""
    match seen.mostly:
        case "phone":
            return _(
                "Is the right column chosen as “Phone” below? If not, choose it and select “Check again”. "
                "If it is, discard this file, correct its phones and upload it again."
            )
        case "timezone":
            return _(
                "Choose below what the file’s time zones mean, or a time zone for rows without one. "
                "Then select “Check again”."
            )
        case _:
            return _(
                "Check the encoding, the separator and the columns below, and select “Check again”. "
                "If they are right, discard this file, correct it and upload it again."
            )


def status_summary(upload: ClientUpload) -> str:
    match upload.status:
        case "arriving":
            return _("The file is still on its way here.")
        case "ready":
            return _("%(lines)s. Nothing is imported until you start.") % {"lines": _about(upload)}
        case "waiting":
            return _("It starts as soon as a worker is free; you may leave this page.")
        case "running":
            facts = {"percent": percent(upload), "rows": rows(upload.rows_done)}
            return _("%(percent)s %% of the file is imported, %(rows)s; you may leave this page.") % facts
        case "finished":
            return _done(upload)
        case "cancelled":
            return _("Cancelled. %(done)s") % {"done": _kept(upload)}
        case _:
            return f"{upload.problem} {_kept(upload)}"


def rows(value: int) -> str:
    return ngettext("%(number)s row", "%(number)s rows", value) % {"number": labels.number(value)}


def percent(upload: ClientUpload) -> int:
    return min(upload.bytes_done * 100 // upload.size, 100) if upload.size else 0


def _about(upload: ClientUpload) -> str:
    return ngettext("About %(number)s line", "About %(number)s lines", upload.lines) % {
        "number": labels.number(max(upload.lines, 1))
    }


def _done(upload: ClientUpload) -> str:
    if not upload.rows_done:
        return _("Done, but there was no row below the names of the columns.")
    if not upload.rejected:
        return _("Done: every row is imported.")
    facts = {"rejected": rows(upload.rejected), "all": labels.number(upload.rows_done)}
    return _("Done. Rejected: %(rejected)s of %(all)s; all others are imported.") % facts


def _kept(upload: ClientUpload) -> str:
    taken = upload.rows_done - upload.rejected
    if not taken:
        return _("Nothing was imported.")
    return _("What was imported before stays: %(rows)s.") % {"rows": rows(taken)}
