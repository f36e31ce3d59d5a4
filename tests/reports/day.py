"""A day that is over, seeded as it happens and then moved there: its counters, mailings and messages."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from notification_service.mailings import stats
from notification_service.mailings.models import Attempt, Mailing, Message, MinuteCount, QuarterFailure
from tests.factories import make_attempt, make_messages, make_running_mailing
from tests.reasons import http_status

ENDED = {"sent": 5, "failed": 3, "expired": 2, "cancelled": 1, "unknown": 1}
REASONS = (http_status(400), http_status(400), http_status(422))


def end(messages: list[Message], status: str, **fields: Any) -> None:
    ids = [message.id for message in messages]
    Message.objects.filter(id__in=ids).update(status=status, next_attempt_at=None, **fields)


def seed_day(at: datetime, **fields: Any) -> Mailing:
    """A mailing that started at that moment, and in whose minute all of ENDED came about."""
    mailing = make_running_mailing(**fields)
    for status, count in ENDED.items():
        messages = make_messages(mailing, count)
        for message, reason in zip(messages, (*REASONS, *REASONS), strict=False):
            end([message], status, **(reason.columns if status in ("failed", "unknown") else {}))
    make_attempt(messages[0])
    end_at = at + timedelta(hours=2)
    Mailing.objects.filter(pk=mailing.pk).update(
        status="finished", start_at=at, started_at=at, end_at=end_at, finished_at=at + timedelta(minutes=1)
    )
    move(MinuteCount.objects.filter(mailing=mailing), minute=at)
    move(QuarterFailure.objects.filter(mailing=mailing), quarter=at)
    return mailing


def move(counters: QuerySet[Any], **moment: datetime) -> None:
    """Each in a slot of its own: what is counted may have begun in one minute and ended in the next."""
    for slot, counter in enumerate(counters):
        counters.filter(pk=counter.pk).update(slot=slot, **moment)


def rows(mailings: list[Mailing]) -> dict[str, int]:
    """What a count over the messages themselves says."""
    messages = Message.objects.filter(mailing__in=mailings)
    counted = {status: messages.filter(status=status).count() for status in stats.ENDS}
    repeated = Attempt.objects.filter(mailing__in=mailings, outcome__in=["retry", "lost"])
    return counted | {"retried": repeated.count()}
