"""The daily report: one worker claims it, sends it and records it; it is tried again until its day is over.

Before an attempt starts, the time of the next one is recorded. So nobody has to clean up after a worker that
dies during an attempt. What it sent but did not record is sent again, under the same Message-ID
(docs/decisions/0020-daily-report.md).
"""

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from notification_service.database.clock import database_now
from notification_service.reports import letter, mailer, schedule
from notification_service.reports.figures import read_day
from notification_service.reports.mailer import Fate, Posted, ServerAway
from notification_service.reports.models import DailyReport

LEASE = timedelta(minutes=5)  # for one letter: longer than all steps of a conversation, EMAIL_TIMEOUT each
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)

log = structlog.get_logger(__name__)


def send_due_report(now: datetime | None = None) -> None:
    """Send yesterday's report if its hour has come and nobody has. `now` is the database's."""
    if not settings.REPORT_TO:
        return
    now = now or database_now()
    day = schedule.day_before(now, zone=settings.REPORT_TIME_ZONE)
    _give_up_before(day)
    if schedule.is_time(now, at=settings.REPORT_AT, zone=settings.REPORT_TIME_ZONE):
        _make(day)
    if report := _claim(day):
        _send(report)


def addresses_unreached() -> int:
    """Return the addresses of the last report that still wait, waited in vain or were refused."""
    last = _last_report()
    return last.unreached if last else 0


def unsent_reports() -> list[DailyReport]:
    """Return the last report, if it was tried and has not reached all of its addresses."""
    last = _last_report()
    return [last] if last and last.attempts and last.error and last.unreached else []


def _last_report() -> DailyReport | None:
    return DailyReport.objects.order_by("-day").first() if settings.REPORT_TO else None


def pause_after(attempts: int) -> timedelta:
    """Return 1, 2, 4 … minutes, and at most an hour."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def _give_up_before(day: date) -> None:
    """Give up older reports: the day on which they were to be read is over."""
    for report in DailyReport.objects.filter(day__lt=day, next_attempt_at__isnull=False):
        if DailyReport.objects.filter(pk=report.pk, next_attempt_at__isnull=False).update(
            next_attempt_at=None
        ):
            log.error(
                "daily report not sent", day=str(report.day), waiting=report.waiting, error=report.error
            )


def _make(day: date) -> None:
    last = DailyReport.objects.order_by("-day").first()
    if last and last.day >= day:
        return
    fields = {
        "message_id": mailer.new_message_id(f"daily-report.{day}"),
        "waiting": settings.REPORT_TO,
        "next_attempt_at": Now(),
    }
    _, made = DailyReport.objects.get_or_create(day=day, defaults=fields)
    if made and last and day - last.day > schedule.DAY:
        missed = {"first": str(last.day + schedule.DAY), "last": str(day - schedule.DAY)}
        log.warning("daily reports missed: the service was down", **missed)


def _claim(day: date) -> DailyReport | None:
    """Return the report if it is due. Nobody else can take it until the lease ends."""
    due = DailyReport.objects.filter(pk=day, next_attempt_at__lte=Now())
    if due.update(attempts=F("attempts") + 1, next_attempt_at=Now() + LEASE):
        return DailyReport.objects.get(pk=day)
    return None


def _send(report: DailyReport) -> None:
    figures = read_day(report.day, zone=settings.REPORT_TIME_ZONE)
    letters = letter.copies(figures, list(report.waiting), message_id=report.message_id)
    error = ""
    try:
        for posted in mailer.post(letters):
            error = posted.error or error
            if not _record(report, posted):
                return  # the lease ended, and another worker has the report
    except ServerAway as away:
        error = str(away)
    _end_attempt(report, error)


def _record(report: DailyReport, posted: Posted) -> bool:
    """Record it at once, as anything may end this process. Return whether the report is still ours."""
    if posted.fate is not Fate.NOT_YET:
        report.waiting.remove(posted.address)
        reached = report.accepted if posted.fate is Fate.ACCEPTED else report.refused
        reached.append(posted.address)
    if posted.fate is Fate.REFUSED:
        log.warning("daily report refused", day=str(report.day), address=posted.address, error=posted.error)
    lists = {"waiting": report.waiting, "accepted": report.accepted, "refused": report.refused}
    return _update(report, next_attempt_at=Now() + LEASE, **lists)


def _end_attempt(report: DailyReport, error: str) -> None:
    if not report.waiting:
        _update(report, next_attempt_at=None, error=error)
        counts = {"accepted": len(report.accepted), "refused": len(report.refused)}
        log.info("daily report sent", day=str(report.day), **counts)
        return
    _update(report, next_attempt_at=Now() + pause_after(report.attempts), error=error)
    log.warning(
        "daily report not sent yet",
        day=str(report.day),
        waiting=len(report.waiting),
        attempt=report.attempts,
        error=error,
    )


def _update(report: DailyReport, **changes: Any) -> bool:
    ours = DailyReport.objects.filter(pk=report.pk, attempts=report.attempts)
    return bool(ours.update(**changes))
