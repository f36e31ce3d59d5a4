"""What the console says of an action on many clients."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notification_service.console.parts import labels
from notification_service.directory.models import BulkAction

KIND = {
    "add_tag": gettext_lazy("Add a tag"),
    "remove_tag": gettext_lazy("Remove a tag"),
    "delete": gettext_lazy("Delete the clients"),
}


def clients(number: int) -> str:
    return ngettext("%(number)s client", "%(number)s clients", number) % {"number": labels.number(number)}


def action_words(action: BulkAction) -> str:
    match action.kind:
        case "add_tag":
            return _("Tag “%(tag)s” added") % {"tag": action.tag}
        case "remove_tag":
            return _("Tag “%(tag)s” removed") % {"tag": action.tag}
        case _kind:
            return _("Clients deleted")


def action_summary(action: BulkAction) -> str:
    done = {"done": labels.number(action.done), "all": clients(action.clients or 0)}
    match action.status:
        case "waiting":
            return _("It starts as soon as a worker is free; you may leave this page.")
        case "running":
            return _("Done so far: %(done)s of %(all)s; you may leave this page.") % done
        case "finished":
            return _("Done: %(all)s.") % done
        case "cancelled":
            return _("Cancelled. Done before: %(done)s of %(all)s.") % done
        case _status:
            return (
                _("It stopped by itself; the workers’ log says why. Done before: %(done)s of %(all)s.") % done
            )
