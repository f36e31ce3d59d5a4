"""What the tests read from answers, and the bodies they send."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from notification_service.mailings.models import Mailing

CLIENT = {"phone": "79161234567", "timezone": "Europe/Moscow"}
NO_MESSAGES = dict.fromkeys(
    ["total", "pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"], 0
)


def body_of(answer: Any) -> Any:
    return answer.json()


def errors_of(answer: Any) -> dict[str, str]:
    """The details by pointer, of an answer that must be a problem."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return {error["pointer"]: error["detail"] for error in body_of(answer)["errors"]}


def mailing_body(**changes: Any) -> dict[str, Any]:
    now = timezone.now()
    times = {"start_at": now.isoformat(), "end_at": (now + timedelta(days=1)).isoformat()}
    return {"text": "Hello", **times, **changes}


def set_status(mailing: Mailing, status: str) -> None:
    Mailing.objects.filter(pk=mailing.pk).update(status=status)
