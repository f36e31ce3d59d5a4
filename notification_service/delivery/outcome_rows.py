"""Outcomes other than success as rows: the message after the attempt, and the attempt. Pure."""

from datetime import datetime, timedelta
from typing import assert_never

from notification_service.delivery.messages import Claimed, MailingTerms, NotSent
from notification_service.delivery.outcome import (
    OUR_ERROR,
    Failed,
    Held,
    NoResponse,
    Response,
    Retry,
    Unknown,
)
from notification_service.mailings.send_window import find_zone, next_opening

RESPONSE_CHARACTERS = 500  # of a response's start, kept with its attempt
UNRECORDABLE_SECONDS = 60.0  # until a message is tried again whose outcome could not be recorded as it was


def released(message: Claimed, *, until: datetime, hours_version: int | None = None) -> NotSent:
    """No request was made: the message waits as if it had not been claimed."""
    return NotSent(message, "pending", next_attempt_at=until, charged=False, hours_version=hours_version)


def without_details(row: NotSent, *, now: datetime) -> NotSent:
    """The row with what can always be recorded: an outcome that is an error of ours."""
    later = now + timedelta(seconds=UNRECORDABLE_SECONDS)
    return NotSent(
        row.message,
        row.status,
        next_attempt_at=later if row.status == "pending" else None,
        attempt_outcome=row.attempt_outcome,
        reason=OUR_ERROR if row.attempt_outcome else None,
        charged=row.charged,
        at=now.timestamp(),
    )


def not_sent(
    message: Claimed,
    outcome: Retry | Failed | Held | Unknown,
    *,
    response: Response | NoResponse,
    terms: MailingTerms | None,
    now: datetime,
) -> NotSent:
    """The message after an attempt that did not succeed at `now`, and the attempt's own row.

    Without `terms`, of which a retry needs the hours, or where the zone is unknown to this machine,
    the hours are looked at before the next request.
    """
    http = response if isinstance(response, Response) else None
    status, next_attempt_at = _next_step(message, outcome, terms, now)
    return NotSent(
        message,
        status,
        next_attempt_at=next_attempt_at,
        attempt_outcome=type(outcome).__name__.lower(),
        reason=outcome.reason,
        charged=not isinstance(outcome, Held),
        at=now.timestamp(),
        http_status=http.status if http else None,
        response=printable(http.body) if http else "",
        retry_at=outcome.at if isinstance(outcome, Retry) else None,
        hours_version=terms.hours_version if terms and terms.hours and isinstance(outcome, Retry) else None,
    )


def printable(body: bytes) -> str:
    """The start of a response as text that PostgreSQL can hold."""
    start = body[: 4 * RESPONSE_CHARACTERS].decode(errors="replace")
    return start.replace("\0", "\ufffd")[:RESPONSE_CHARACTERS]


def _next_step(
    message: Claimed, outcome: Retry | Failed | Held | Unknown, terms: MailingTerms | None, now: datetime
) -> tuple[str, datetime | None]:
    match outcome:
        case Retry(at=at):
            zone = find_zone(message.timezone)
            opening = next_opening(terms.hours, zone=zone, at=at) if terms and zone else at
            return "pending", opening
        case Held():
            return "pending", now
        case Failed():
            return "failed", None
        case Unknown():
            return "unknown", None
        case _:
            assert_never(outcome)
