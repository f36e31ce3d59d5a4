"""The only writer of opt-outs and consents. It does not know about waiting messages.

So everything above the domain calls `mailings.preference_changes` instead.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Now
from psycopg.errors import UniqueViolation

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.database.clock import database_now
from notification_service.directory.models import Consent, OptOut, PreferenceChange

CLOCK_SKEW = timedelta(minutes=1)  # a program's clock may be ahead of ours

log = structlog.get_logger(__name__)


class FromTheFuture(ValueError):  # noqa: N818
    """A consent cannot be given later than now."""


def preference_changes() -> int:
    """Return a number that is another one after each change of an opt-out or a consent."""
    return int(PreferenceChange.objects.aggregate(sum=Sum("changes"))["sum"] or 0)


@transaction.atomic
def opt_out(*, phone: str, topic: str, **fields: Any) -> tuple[OptOut, bool]:
    """Return the phone's opt-out of the topic, and whether it is new: one in force stays as it is."""
    made = OptOut(phone=phone, topic=topic, **fields)
    found, is_new = _add(made, OptOut.objects.in_force().filter(phone=phone, topic=topic))
    if is_new:
        record(Action.OPT_OUT_CREATED, object_id=found.pk, topic=topic)
        log.info("opted out", opt_out_id=found.pk)
    return found, is_new


@transaction.atomic
def withdraw_opt_out(opt_out_id: int, *, reason: str = "") -> OptOut:
    """`reason` is for the audit log. Raises OptOut.DoesNotExist, also for one that is withdrawn already."""
    found = OptOut.objects.in_force().select_for_update().get(pk=opt_out_id)
    found.withdrawn_at = Now()
    found.save(update_fields=["withdrawn_at"])
    record(Action.OPT_OUT_WITHDRAWN, object_id=opt_out_id, topic=found.topic, reason=reason)
    log.info("opt-out withdrawn", opt_out_id=opt_out_id)
    return found


@transaction.atomic
def give_consent(
    *, phone: str, topic: str, given_at: datetime | None = None, **fields: Any
) -> tuple[Consent, bool]:
    """Return the phone's consent to the topic, and whether it is new: one in force stays as it is.

    Raises FromTheFuture.
    """
    made = Consent(phone=phone, topic=topic, given_at=past(given_at, now=database_now()), **fields)
    found, is_new = _add(made, Consent.objects.in_force().filter(phone=phone, topic=topic))
    if is_new:
        record(Action.CONSENT_CREATED, object_id=found.pk, topic=topic, given_at=found.given_at)
        log.info("consent given", consent_id=found.pk)
    return found, is_new


@transaction.atomic
def revoke_consent(consent_id: int, *, reason: str = "") -> Consent:
    """`reason`: why, for the audit log. One that is revoked stays as it is. Raises Consent.DoesNotExist."""
    found = Consent.objects.select_for_update().get(pk=consent_id)
    if found.revoked_at is None:
        found.revoked_at = Now()
        found.save(update_fields=["revoked_at"])
        record(Action.CONSENT_REVOKED, object_id=consent_id, topic=found.topic, reason=reason)
        log.info("consent revoked", consent_id=consent_id)
    return found


def past(moment: datetime | None, *, now: datetime) -> datetime:
    """Return the moment, or now where none is given. Raises FromTheFuture."""
    if moment is None:
        return now
    if moment > now + CLOCK_SKEW:
        raise FromTheFuture
    return min(moment, now)


def _add(made: Any, in_force: Any) -> tuple[Any, bool]:
    """Of two at once, the second waits for the first and finds it, or makes it if it is withdrawn by then."""
    while True:
        if (found := in_force.first()) is not None:
            return found, False
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
        else:
            made.refresh_from_db()
            return made, True
