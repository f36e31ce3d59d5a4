"""What became of a test, in the operator's language."""

from datetime import timedelta
from typing import assert_never

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from notification_service.console.parts import labels
from notification_service.delivery import trials as sending
from notification_service.mailings import trials
from notification_service.mailings.models import Trial

SLOW = timedelta(seconds=5)
REASON = {
    trials.NOBODY_TOOK_IT: pgettext_lazy("trial", "no worker took it within a minute; is one running?"),
    trials.WORKER_LOST: pgettext_lazy("trial", "its worker died"),
    sending.DISABLED: pgettext_lazy("trial", "the gateway is disabled"),
    sending.HELD: pgettext_lazy("trial", "the gateway is held; see it under “Gateways”"),
    sending.NO_ROOM: pgettext_lazy("trial", "the gateway is busy to its limits with mailings"),
    sending.UNUSABLE: pgettext_lazy("trial", "the gateway is set wrong; the workers' log says how"),
}

LEVEL = {"sent": "success", "failed": "error", "unknown": "warning"}


def shape(trial: Trial) -> str:
    if trial.finished_at is None:
        return "clock"
    return "check" if trial.status == Trial.Status.SENT else "alert"


def outcome(trial: Trial) -> str:
    facts = {"gateway": trial.gateway.name, "reason": REASON.get(trial.reason, trial.reason)}
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
