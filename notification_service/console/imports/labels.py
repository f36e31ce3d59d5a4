"""What the console says of an import of clients."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from notification_service.console.parts import labels
from notification_service.directory.models import ClientUpload

STATUS = {
    "arriving": (pgettext_lazy("import", "arriving"), "clock", "scheduled"),
    "ready": (pgettext_lazy("import", "to be started"), "clock", "paused"),
    "waiting": (pgettext_lazy("import", "waiting"), "clock", "scheduled"),
    "running": (pgettext_lazy("import", "running"), "play", "running"),
    "finished": (pgettext_lazy("import", "finished"), "check", "finished"),
    "cancelled": (pgettext_lazy("import", "cancelled"), "cross", "cancelled"),
    "failed": (pgettext_lazy("import", "stopped by itself"), "alert", "failed"),
}
FIELD = {
    "phone": gettext_lazy("Phone"),
    "timezone": gettext_lazy("Time zone"),
    "operator_code": gettext_lazy("Operator code"),
    "tag": gettext_lazy("Tag"),
    "attributes": gettext_lazy("Attributes (JSON)"),
}
ENCODING = {"utf-8": "UTF-8", "cp1251": "Windows-1251", "utf-16": "UTF-16"}
SEPARATOR = {
    ",": gettext_lazy("comma ,"),
    ";": gettext_lazy("semicolon ;"),
    "\t": gettext_lazy("tab"),
}


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
