"""The sentence at the top of a mailing: whether it is being sent, and what the rest waits for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.mailings.pending_by_opening import Opening
from notification_service.console.mailings.state import MailingState
from notification_service.console.parts import labels
from notification_service.mailings import reason_labels
from notification_service.mailings.gateways import State


def status_summary(
    state: MailingState,
    openings: Sequence[Opening],
    *,
    expected_clients: int | None = None,
    is_foretold: bool = False,
) -> str:
    """`expected_clients`: how many would get a mailing that has not started.

    `is_foretold`: a forecast beside it says when it will be sent.
    """
    began = (_stopped(state), _done(state), _expected(expected_clients))
    end = "" if is_foretold and state.is_live else _end(state, openings)
    parts = (*began, _waiting(state, openings), end)
    return " ".join(part for part in parts if part)


def expected_end(state: MailingState, openings: Sequence[Opening]) -> datetime | None:
    """Return None if it cannot be estimated, as while messages are created; never after the deadline."""
    mailing = state.mailing
    if mailing.status != "running" or not mailing.audience_built_at or not state.unsent:
        return None
    at_hand = state.unsent - sum(opening.messages for opening in openings)
    if at_hand > 0 and not state.per_second:
        return None
    ready = timezone.now() + timedelta(seconds=at_hand / state.per_second if state.per_second else 0)
    last = openings[-1].at if openings else ready
    return min(max(ready, last), mailing.end_at)


def _stopped(state: MailingState) -> str:
    """First, because nothing is sent: what it waits for, since when and why."""
    if state.stopped is None:
        return ""
    gateway = state.stopped.gateway
    facts = {"name": gateway.name}
    if state.stopped.state is State.DISABLED:
        return _("It waits for the gateway “%(name)s”, which is disabled.") % facts
    if state.stopped.state is State.UNUSABLE:
        return _("It waits for the gateway “%(name)s”, which is not set up correctly.") % facts
    why, since = gateway.held_why, gateway.held_at or timezone.now()
    facts |= {"when": labels.when(since), "reason": reason_labels.reason(why) if why else ""}
    return (
        _("It waits for the gateway “%(name)s”, which has taken nothing since %(when)s: %(reason)s.") % facts
    )


def _done(state: MailingState) -> str:
    mailing, counts = state.mailing, state.counts
    if mailing.status == "scheduled":
        facts = {"when": labels.when(mailing.start_at), "ago": labels.duration(_until(mailing.start_at))}
        if mailing.start_at <= timezone.now():
            return _("It is starting now.")
        return _("It will start at %(when)s, in %(ago)s.") % facts
    facts = {"sent": labels.number(counts["sent"]), "total": labels.number(counts["total"])}
    if not counts["total"]:
        if mailing.started_at and mailing.audience_built_at:
            return _("No client matched when it started: nothing was sent.")
        return _("No messages were created.") if not state.is_open else _("Its messages are being created.")
    return _("%(sent)s of %(total)s sent.") % facts


def _expected(clients: int | None) -> str:
    if clients is None:
        return ""
    if not clients:
        return _("No client matches now.")
    return _("It would reach %(clients)s now.") % {"clients": labels.clients(clients)}


def _waiting(state: MailingState, openings: Sequence[Opening]) -> str:
    if not state.is_live or not state.unsent:
        return _left_over(state) if not state.is_open else ""
    if state.mailing.status == "paused":
        return _("Paused: %(unsent)s will not be sent until you resume.") % {
            "unsent": labels.messages(state.unsent)
        }
    closed = sum(opening.messages for opening in openings)
    now = max(state.unsent - closed, 0)
    if not closed:
        return _("%(now)s left to send.") % {"now": labels.number(now)}
    if state.stopped:
        facts = {"now": labels.number(now), "closed": labels.number(closed), "clock": openings[0].local}
        return _("%(now)s wait for it; %(closed)s wait until %(clock)s in their own time zone.") % facts
    facts = {"now": labels.number(now), "closed": labels.number(closed), "clock": openings[0].local}
    return _("%(now)s can be sent now; %(closed)s wait until %(clock)s in their own time zone.") % facts


def _left_over(state: MailingState) -> str:
    missed = [s for s in ("failed", "expired", "cancelled", "unknown") if state.counts[s]]
    if not state.counts["total"]:
        return ""
    if state.unsent:
        return _("%(unsent)s are being cancelled.") % {"unsent": labels.messages(state.unsent)}
    if not missed:
        return _("The gateway took every message.") if state.counts["sent"] else ""
    parts = ", ".join(f"{labels.MESSAGE_STATUS[s]} {labels.number(state.counts[s])}" for s in missed)
    return _("Not sent: %(parts)s.") % {"parts": parts}


def _end(state: MailingState, openings: Sequence[Opening]) -> str:
    if state.mailing.status == "scheduled":
        return _("It ends at %(when)s.") % {"when": labels.when(state.mailing.end_at)}
    if state.stopped:
        return _("What is unsent at %(when)s expires.") % {"when": labels.when(state.mailing.end_at)}
    at = expected_end(state, openings)
    if at is None:
        return ""
    if at == state.mailing.end_at:
        return _("It reaches its end at %(when)s; what is unsent then expires.") % {"when": labels.when(at)}
    if _until(at) < 60:
        return _("It ends in less than a minute.")
    return _("It ends about %(when)s, in %(ago)s.") % {
        "when": labels.when(at),
        "ago": labels.duration(_until(at)),
    }


def _until(at: datetime) -> float:
    return (at - timezone.now()).total_seconds()
