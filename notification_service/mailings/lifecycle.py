"""The only writer of `Mailing.status`, and what each change of it entails for the messages.

scheduled -> running <-> paused -> finished | cancelled. A request changes only the mailing's row. Its
messages follow in the background, in chunks (`settle`), so that the response never depends on their number.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import entry, record, record_all, record_new
from notification_service.database.clock import database_now
from notification_service.database.new_rows import savepoint_within_transaction
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.matching import keep_segments
from notification_service.mailings.models import Mailing
from notification_service.mailings.sql import sql
from notification_service.mailings.validation import (
    AUDIENCE,
    HOURS,
    NAMING,
    check_hours,
    check_named,
    check_new,
    check_spread,
    check_text,
    check_times,
)
from notification_service.mailings.wake_up import (
    SEND,
    SETTLE,
    START,
    notification,
    publish_at_commit,
    wake_up,
)
from notification_service.observability import metrics, tracing

Status = Mailing.Status
UNSTARTED = (Status.SCHEDULED,)
ACTIVE = (Status.RUNNING, Status.PAUSED)
OPEN = (*UNSTARTED, *ACTIVE)

WANTED = {"topic", "requires_consent", "ignores_opt_outs"}
FIXED_AFTER_START = AUDIENCE | WANTED | {"start_at", "on_unknown"}
# After a change of these, messages that wait are due at another time.
DUE = HOURS | {"spread_minutes"}
CHANGEABLE = FIXED_AFTER_START | DUE | {"name", "text", "end_at", "gateway", "failover", "reference"}
# The action of a change of the status: at the mailing's time, and by a person.
BEGINNINGS = {Status.RUNNING: Action.MAILING_STARTED, Status.FINISHED: Action.MAILING_MISSED}
MOVES = {
    Status.PAUSED: Action.MAILING_PAUSED,
    Status.RUNNING: Action.MAILING_RESUMED,
    Status.CANCELLED: Action.MAILING_CANCELLED,
}

log = structlog.get_logger(__name__)


class Conflict(Exception):  # noqa: N818
    """The mailing's status does not allow it; `args[0]` explains it to a person."""


def create_mailing(**fields: Any) -> Mailing:
    """Schedule a mailing. It starts by itself at `start_at`, or now if that is past.

    Fields: name, text, start_at, end_at, operator_codes, tags, where, segment, exclude, outcome_of_mailing,
    outcome_of_statuses, window_from, window_to, window_days, window_holidays, ignores_contact_hours,
    spread_minutes, on_unknown, gateway, failover, reference, topic, requires_consent, ignores_opt_outs.
    Raises InvalidChange if the text's placeholders are wrong, `end_at` is past or not after `start_at`, if a
    segment or a mailing that the filter names is not there, if the hours do not open in between anywhere, or
    if the spread is longer than the mailing.
    """
    mailing = Mailing(**fields, trace_parent=tracing.traceparent_of())
    given = {name: (None, value) for name, value in fields.items() if value not in (None, [], "")}
    with transaction.atomic() if given.keys() & NAMING else savepoint_within_transaction():
        check_new(mailing, is_made=True)
        record_new(mailing, Action.MAILING_CREATED, changes=given, call=notification(START))
    log.info("mailing created", mailing_id=mailing.pk)
    publish_at_commit(START)
    return mailing


@transaction.atomic
def update_mailing(mailing_id: int, *, expected: Versions = None, **changes: Any) -> Mailing:
    """Change a mailing. If it is running, the change applies to unsent messages within a second.

    Raises Mailing.DoesNotExist, Conflict if the mailing has ended or the field is fixed since its start,
    InvalidChange as `create_mailing` does, and Stale if it has none of the `expected` versions. A value equal
    to the present one is not a change.
    """
    mailing = Mailing.objects.alive().select_for_update().get(pk=mailing_id)
    changed = {name for name in changes if getattr(mailing, name) != changes[name]}
    if not changed:
        return mailing
    check_version(mailing, expected)
    _check_changeable(mailing, changed)
    difference = {name: (getattr(mailing, name), changes[name]) for name in sorted(changed)}
    _apply(mailing, {name: changes[name] for name in changed})
    if "text" in changed:
        check_text(mailing)
    if "start_at" in changed or "end_at" in changed:
        check_times(mailing)
    check_named(mailing, changed)
    _check_due(mailing, changed)
    mailing.save()
    record(Action.MAILING_CHANGED, object_id=mailing_id, changes=difference)
    log.info("mailing changed", mailing_id=mailing_id, fields=sorted(changed))
    wake_up(START, SETTLE)
    return mailing


def _apply(mailing: Mailing, changes: Mapping[str, Any]) -> None:
    if "text" in changes and mailing.status in ACTIVE and mailing.first_text is None:
        mailing.first_text = mailing.text
    for name, value in changes.items():
        setattr(mailing, name, value)


def pause_mailing(mailing_id: int, *, expected: Versions = None) -> Mailing:
    """Stop sending within a second. Raises Mailing.DoesNotExist, Stale, Conflict."""
    return _move(mailing_id, expected, sources=(Status.RUNNING,), target=Status.PAUSED)


def resume_mailing(mailing_id: int, *, expected: Versions = None) -> Mailing:
    """Go on after a pause. Raises Mailing.DoesNotExist, Stale, Conflict."""
    mailing = _move(mailing_id, expected, sources=(Status.PAUSED,), target=Status.RUNNING)
    wake_up(SEND, SETTLE)
    return mailing


def cancel_mailing(mailing_id: int, *, expected: Versions = None) -> Mailing:
    """End the mailing; what is unsent becomes cancelled. Raises Mailing.DoesNotExist, Stale, Conflict."""
    mailing = _move(mailing_id, expected, sources=OPEN, target=Status.CANCELLED)
    wake_up(SETTLE)
    return mailing


@transaction.atomic
def delete_mailing(mailing_id: int, *, expected: Versions = None) -> None:
    """Stop the mailing and hide it at once; it is removed in the background.

    Raises Mailing.DoesNotExist, Stale.
    """
    mailing = Mailing.objects.alive().select_for_update().get(pk=mailing_id)
    check_version(mailing, expected)
    record(Action.MAILING_DELETED, object_id=mailing_id, status=mailing.status)
    if mailing.status in OPEN:
        mailing.status = Status.CANCELLED
    mailing.deleted_at = database_now()
    mailing.save()
    log.info("mailing deleted", mailing_id=mailing_id)
    wake_up(SETTLE)


def start_due_mailings() -> list[int]:
    """Start mailings at `start_at`, end those that missed `end_at`; return those without an audience."""
    with transaction.atomic():
        begun = sql.rows("lifecycle/start_due")
        keep_segments(mailing_id for mailing_id, _, _ in begun)
        record_all(entry(BEGINNINGS[status], object_id=mailing_id) for mailing_id, status, _ in begun)
    for mailing_id, status, late_seconds in begun:
        _report_start(mailing_id, status, late_seconds)
    waiting = Mailing.objects.filter(finished_at=None, status__in=ACTIVE, audience_built_at=None)
    return list(waiting.order_by("start_at").values_list("pk", flat=True))


def _report_start(mailing_id: int, status: str, late_seconds: float) -> None:
    if status == Status.RUNNING:
        metrics.mailings_started.inc()
        metrics.start_lag_seconds.observe(max(late_seconds, 0))
        log.info("mailing started", mailing_id=mailing_id, late_seconds=round(late_seconds, 3))
    else:
        log.warning("mailing missed its time", mailing_id=mailing_id)


def finish_settled(mailing_ids: list[int]) -> list[int]:
    """End the mailings whose messages are all written and have none left to send, by the caller's counts.

    Returns those that have ended now.
    """
    return [mailing_id for (mailing_id,) in sql.rows("lifecycle/finish", ids=mailing_ids)]


def past_deadline() -> Q:
    return Q(status__in=ACTIVE, end_at__lte=Now())


@transaction.atomic
def _move(mailing_id: int, expected: Versions, *, sources: tuple[Status, ...], target: Status) -> Mailing:
    """A repeated move changes nothing: a caller who did not get the first response may ask again."""
    mailing = Mailing.objects.alive().select_for_update().get(pk=mailing_id)
    if mailing.status == target:
        return mailing
    check_version(mailing, expected)
    if mailing.status not in sources:
        raise Conflict(f"The mailing is {mailing.status}: it cannot become {target}.")
    record(MOVES[target], object_id=mailing_id, changes={"status": (mailing.status, target)})
    mailing.status = target
    if target == Status.RUNNING and mailing.spread_minutes:  # not all that came due meanwhile at once
        _have_rescheduled(mailing)
    mailing.save(update_fields=["status", "window_changed_at", "updated_at"])
    log.info("mailing status changed", mailing_id=mailing_id, status=str(target))
    return mailing


def _check_due(mailing: Mailing, changed: set[str]) -> None:
    """Check hours and spread where they have changed, and have what is unsent follow."""
    if changed & (HOURS | {"start_at", "end_at"}):
        check_hours(mailing)
    if changed & {"spread_minutes", "start_at", "end_at"}:
        check_spread(mailing)
    if changed & DUE:
        mailing.hours_version += 1
    if changed & DUE or (mailing.spread_minutes and "end_at" in changed):
        _have_rescheduled(mailing)


def _have_rescheduled(mailing: Mailing) -> None:
    if mailing.status in ACTIVE:
        mailing.window_changed_at = database_now()


def _check_changeable(mailing: Mailing, changed: set[str]) -> None:
    if unknown := changed - CHANGEABLE:
        raise TypeError(f"not a field that can change: {sorted(unknown)}")
    if mailing.status not in OPEN:
        raise Conflict(f"The mailing is {mailing.status}: it can no longer change.")
    if mailing.status in ACTIVE and mailing.end_at <= database_now():
        raise Conflict("The mailing has reached its end_at: it can no longer change.")
    fixed = changed & FIXED_AFTER_START
    if mailing.status in ACTIVE and fixed:
        raise Conflict(f"The mailing has started: {', '.join(sorted(fixed))} can no longer change.")
