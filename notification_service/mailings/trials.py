"""Trials: a text to one phone before its mailing goes out; asked for once, taken once, soon forgotten."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.advisory_locks import lock_until_commit
from notification_service.mailings.gateways import default_gateway
from notification_service.mailings.models import Gateway, Trial
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import TRIALS, wake_up
from notification_service.sessions import request_transaction

Status = Trial.Status
MOST_AN_HOUR = 20  # of one person: each may cost money
KEPT_FOR = timedelta(hours=1)
TAKEN_WITHIN = timedelta(minutes=1)  # one that came later would surprise whoever reads it

log = structlog.get_logger(__name__)


class TooManyTrials(Exception):  # noqa: N818
    """The person has asked for MOST_AN_HOUR within an hour."""


class NoGateway(Exception):  # noqa: N818
    """Every gateway is disabled."""


@dataclass(frozen=True, slots=True)
class TrialEnd:
    status: Trial.Status
    reason: Why | None = None
    answer: str = ""


@request_transaction()
def request_trial(
    key: uuid.UUID, *, requested_by: str, gateway: Gateway | None, phone: str, text: str
) -> Trial:
    """Have a worker send the text to the phone, once; `gateway` None is the default one.

    A key that the person has used before returns that trial again. Raises TooManyTrials, NoGateway.
    """
    lock_until_commit(f"trials of {requested_by}")
    forget_old()
    theirs = Trial.objects.filter(requested_by=requested_by)
    if (known := theirs.filter(key=key).first()) is not None:
        return known
    if theirs.count() >= MOST_AN_HOUR:
        raise TooManyTrials
    gateway = gateway or default_gateway()
    if gateway is None:
        raise NoGateway
    (message_id,) = sql.row("trials/next_message_id")
    trial = Trial.objects.create(
        id=message_id, key=key, requested_by=requested_by, gateway=gateway, phone=phone, text=text
    )
    record(Action.TRIAL_REQUESTED, object_id=trial.pk, object_name=gateway.name, phone=phone)
    log.info("trial requested", message_id=trial.pk, gateway=gateway.name)
    wake_up(TRIALS)
    return trial


@transaction.atomic
def take_trial(*, margin: timedelta, default_timeout: timedelta) -> Trial | None:
    """The oldest that waits, under a lease: the request's own time limit and `margin`. None: none waits."""
    waiting = _fresh().select_for_update(skip_locked=True, of=("self",)).select_related("gateway")
    trial = waiting.order_by("id").first()
    if trial is None:
        return None
    seconds = trial.gateway.request_timeout_seconds
    lease = margin + (timedelta(seconds=seconds) if seconds else default_timeout)
    Trial.objects.filter(pk=trial.pk).update(status=Status.SENDING, lease_expires_at=Now() + lease)
    return trial


def end_trial(trial_id: int, end: TrialEnd) -> None:
    """Record what became of it, unless its lease ended before."""
    _end(Trial.objects.filter(pk=trial_id, status=Status.SENDING), end)


def settle_trials() -> None:
    """End those that no worker took in time and those whose worker died; forget the old ones."""
    late = Trial.objects.filter(status=Status.WAITING, created_at__lte=Now() - TAKEN_WITHIN)
    _end(late, TrialEnd(Status.FAILED, Why(Reason.NO_WORKER)))
    dead = Trial.objects.filter(status=Status.SENDING, lease_expires_at__lt=Now())
    _end(dead, TrialEnd(Status.UNKNOWN, Why(Reason.WORKER_LOST)))
    forget_old()


def forget_old() -> None:
    Trial.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()


def _fresh() -> QuerySet[Trial]:
    return Trial.objects.filter(status=Status.WAITING, created_at__gt=Now() - TAKEN_WITHIN)


def _end(trials: QuerySet[Trial], end: TrialEnd) -> None:
    why = {**end.reason.columns, "error": end.reason.text} if end.reason else {}
    trials.update(status=end.status, **why, answer=end.answer, phone="", text="", finished_at=Now())
