"""Mailings as somebody at a terminal sees them."""

from typing import Any

from notification_service.mailings.gateways import State, gateway_states, stopped_by
from notification_service.mailings.models import Gateway, Mailing
from notification_service.mailings.reach import audience_by_zone
from notification_service.mailings.stats import message_counts

COLUMNS = "{:>6}  {:<9}  {:<16}  {:>9}  {:>9}  {}"
TEXT_SHOWN = 40
LISTED = 20


class DatabaseMailings:
    """What `samples.run.follow` asks for, from the database instead of the API."""

    def mailing(self, mailing_id: int) -> Any:
        """Raises Mailing.DoesNotExist."""
        mailing = Mailing.objects.alive().get(pk=mailing_id)
        counts = message_counts([mailing_id])[mailing_id]
        waits = mailing.status == Mailing.Status.RUNNING and counts["pending"] + counts["sending"] > 0
        return {
            "status": mailing.status,
            "messages": counts,
            "waits_for": _waits_for(mailing) if waits else "",
        }


def _waits_for(mailing: Mailing) -> str:
    """Return which gateway its messages wait for, and why, as the API says it; empty: for none."""
    stopped = stopped_by(mailing, gateway_states(Gateway.objects.order_by("priority", "id")))
    if stopped is None:
        return ""
    reasons = {State.HELD: str(stopped.gateway.held_why or ""), State.UNUSABLE: stopped.unusable_reason}
    words = f"waits for the gateway “{stopped.gateway.name}”, which is {stopped.state.value}"
    reason = reasons.get(stopped.state)
    return f"{words}: {reason}" if reason else words


def audience_size(fields: dict[str, Any]) -> int:
    return sum(audience_by_zone(Mailing(**fields)).values())


def listed(status: str | None) -> str:
    """The newest mailings, a line each; times in UTC."""
    found = Mailing.objects.alive().order_by("-id")
    mailings = list((found.filter(status=status) if status else found)[:LISTED])
    counts = message_counts([mailing.pk for mailing in mailings])
    header = COLUMNS.format("ID", "STATUS", "START (UTC)", "MESSAGES", "SENT", "TEXT")
    return "\n".join([header, *(_line(mailing, counts[mailing.pk]) for mailing in mailings)])


def _line(mailing: Mailing, counts: dict[str, int]) -> str:
    text = " ".join(mailing.title.split())
    shown = text if len(text) <= TEXT_SHOWN else f"{text[: TEXT_SHOWN - 1]}…"
    start = f"{mailing.start_at:%Y-%m-%d %H:%M}"
    return COLUMNS.format(mailing.pk, mailing.status, start, counts["total"], counts["sent"], shown)
