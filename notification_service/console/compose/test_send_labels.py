"""The result of a test, in the operator's language."""

from datetime import timedelta
from typing import assert_never

from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.parts import labels
from notification_service.mailings import reason_labels
from notification_service.mailings.models import TestSend

SLOW = timedelta(seconds=5)
LEVEL = {"sent": "success", "failed": "error", "unknown": "warning"}


def shape(test_send: TestSend) -> str:
    if test_send.finished_at is None:
        return "clock"
    return "check" if test_send.status == TestSend.Status.SENT else "alert"


def outcome(test_send: TestSend) -> str:
    why = test_send.why
    facts = {"gateway": test_send.gateway.name, "reason": reason_labels.reason(why) if why else ""}
    match TestSend.Status(test_send.status):
        case TestSend.Status.WAITING:
            is_slow = test_send.created_at < timezone.now() - SLOW
            return _("No worker has taken it yet.") if is_slow else _("Waiting for a worker.")
        case TestSend.Status.SENDING:
            return _("It is on its way to the gateway “%(gateway)s”.") % facts
        case TestSend.Status.SENT:
            assert test_send.finished_at is not None
            facts["when"] = labels.when(test_send.finished_at)
            return _("Sent at %(when)s: the gateway “%(gateway)s” took it.") % facts
        case TestSend.Status.FAILED:
            return _("Not sent through “%(gateway)s”: %(reason)s.") % facts
        case TestSend.Status.UNKNOWN:
            return _("The gateway “%(gateway)s” may have taken it: %(reason)s. It is not repeated.") % facts
        case status:
            assert_never(status)
