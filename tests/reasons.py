"""Reasons for tests."""

from typing import Any

from notification_service.mailings.reasons import Reason, Why


def http_status(status: int) -> Why:
    return Why(Reason.HTTP_STATUS, status)


def held_for(why: Why) -> dict[str, Any]:
    """As a gateway's row keeps it."""
    return {"held_reason": why.code.value, "held_reason_number": why.number, "held_text": why.text}
