"""What became of a test, in the operator's language."""

from datetime import timedelta
from typing import assert_never

from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.parts import labels
from notification_service.mailings import reason_labels
from notification_service.mailings.models import Trial

SLOW = timedelta(seconds=5)
LEVEL = {"sent": "success", "failed": "error", "unknown": "warning"}


def shape(trial: Trial) -> str:
    if trial.finished_at is None:
        return "clock"
    return "check" if trial.status == Trial.Status.SENT else "alert"


def outcome(trial: Trial) -> str:
    why = trial.why
    facts = {"gateway": trial.gateway.name, "reason": reason_labels.reason(why) if why else ""}
    match Trial.Status(trial.status):
        case Trial.Status.WAITING:
            is_slow = trial.created_at < timezone.now() - SLOW
            return _("No worker has taken it yet.") if is_slow else _("It waits for a worker.")
        case Trial.Status.SENDING:
            return _("It is on its way to the gateway “%(gateway)s”.") % facts
        case Trial.Status.SENT:
            assert trial.finished_at is not None
            facts["when"] = labels.when(trial.finished_at)
            return _("Sent at %(when)s: the gateway “%(gateway)s” took it.") % facts
        case Trial.Status.FAILED:
            return _("Not sent through “%(gateway)s”: %(reason)s.") % facts
        case Trial.Status.UNKNOWN:
            return _("The gateway “%(gateway)s” may have taken it: %(reason)s. It is not repeated.") % facts
        case status:
            assert_never(status)
