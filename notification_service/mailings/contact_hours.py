"""The contact hours of the installation, which hold for every mailing beside its own; their only writer."""

from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.database.written_once import FirstRow
from notification_service.mailings.advisory_locks import lock_until_commit, share_until_commit
from notification_service.mailings.models import ContactHours, Mailing
from notification_service.mailings.send_window import Hours, SendWindow
from notification_service.mailings.wake_up import SETTLE, wake_up

COLUMNS = ("window_from", "window_to", "window_days", "window_holidays")
UNSET: dict[str, Any] = {"window_from": None, "window_to": None, "window_days": [], "window_holidays": ""}
LOCK = "contact hours"

log = structlog.get_logger(__name__)


CONTACT_HOURS = FirstRow(lambda: ContactHours.objects.all())


def contact_hours() -> ContactHours | None:
    return CONTACT_HOURS.get()


def hours_of(mailing: Mailing) -> Hours:
    """Return the windows that a mailing is held to: its own, and that of the installation."""
    everyones = None if mailing.ignores_contact_hours else contact_hours()
    return both(mailing.send_window, everyones)


def both(own: SendWindow | None, everyones: ContactHours | None) -> Hours:
    windows = (own, everyones.send_window if everyones else None)
    return tuple(window for window in windows if window is not None)


def keep_until_commit() -> None:
    """Have the contact hours stay as they are until the transaction ends. Before any mailing is locked."""
    share_until_commit(LOCK)


@transaction.atomic
def set_contact_hours(**fields: Any) -> ContactHours | None:
    """Replace them, or remove them if every one of COLUMNS is empty. What is unsent follows within a second.

    Messages that are being written wait for this, or this for them: none is left at the former hours.
    """
    lock_until_commit(LOCK)
    before = _values(contact_hours())
    after = UNSET | fields
    changed = {name: (before[name], after[name]) for name in COLUMNS if before[name] != after[name]}
    if not changed:
        return contact_hours()
    if after == UNSET:
        ContactHours.objects.all().delete()
    else:
        ContactHours.objects.update_or_create(id=1, defaults=after)
    _tell_mailings()
    record(Action.CONTACT_HOURS_CHANGED, changes=changed)
    log.info("contact hours changed", fields=sorted(changed))
    return contact_hours()


def _tell_mailings() -> None:
    """Tell the mailings that have started; others read the new hours when they start."""
    active = Mailing.objects.filter(finished_at=None, status__in=("running", "paused"))
    held = active.filter(ignores_contact_hours=False).order_by("pk")
    ids = list(held.select_for_update(no_key=True).values_list("pk", flat=True))
    Mailing.objects.filter(pk__in=ids).update(window_changed_at=Now(), hours_version=F("hours_version") + 1)
    wake_up(SETTLE)


def _values(row: ContactHours | None) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS} if row else dict(UNSET)
