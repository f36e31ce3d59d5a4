"""Names that are locked after too many wrong passwords, and how an administrator unlocks them."""

from datetime import datetime

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone


def locked_until(username: str, *, network: str | None) -> datetime:
    """Return when this name may be tried again from that address."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=network)
    last: datetime = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return last + settings.AXES_COOLOFF_TIME


def locked_names() -> dict[str, datetime]:
    """Return the names that are locked now, from any address, each with the end of its last lock."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    rows = (
        AccessAttempt.objects.filter(attempt_time__gt=since)
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("last")
    )
    return {row["username"]: row["last"] + settings.AXES_COOLOFF_TIME for row in rows}


def unlock(username: str) -> None:
    reset(username=username)
