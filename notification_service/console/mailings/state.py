"""A mailing with its exact counts and how fast it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from notification_service.mailings import stats
from notification_service.mailings.forecast import zones_of
from notification_service.mailings.gateways import GatewayState, gateway_states, stopped_by
from notification_service.mailings.models import Gateway, Mailing, MinuteCount

FINAL = ("sent", "failed", "expired", "cancelled", "unknown")


@dataclass(frozen=True, slots=True)
class MailingState:
    mailing: Mailing
    counts: dict[str, int]
    per_second: float | None = None
    stopped: GatewayState | None = None  # the gateway that what is unsent waits for, as it takes nothing now
    deliveries: dict[str, int] = field(default_factory=dict)

    @property
    def has_receipts(self) -> bool:
        """Return whether the provider tells what arrived: not every one does."""
        return any(self.deliveries.get(each) for each in ("delivered", "undelivered"))

    @property
    def is_live(self) -> bool:
        return self.mailing.status in ("running", "paused")

    @property
    def is_open(self) -> bool:
        return self.mailing.status in ("scheduled", "running", "paused")

    @property
    def moves(self) -> bool:
        """Return whether its numbers change now or within seconds, so that a screen should refresh often."""
        if self.mailing.status == "scheduled":
            return self.mailing.start_at <= timezone.now() + timedelta(seconds=30)
        return self.mailing.status == "running" or (self.unsent > 0 and not self.is_open)

    @property
    def unsent(self) -> int:
        return self.counts["pending"] + self.counts["sending"]

    @property
    def percent(self) -> int:
        """Return the percentage of messages with a final status; 100 only if all have one."""
        done = sum(self.counts[status] for status in FINAL)
        return done * 100 // self.counts["total"] if self.counts["total"] else 0


def states(mailings: list[Mailing]) -> list[MailingState]:
    ids = [mailing.pk for mailing in mailings]
    counts = stats.counts_of(ids)
    paces = _paces([mailing.pk for mailing in mailings if mailing.status == "running"])
    gateways = _gateways(mailings)
    return [
        MailingState(
            mailing,
            counts[mailing.pk].messages,
            paces.get(mailing.pk),
            stopped_by(mailing, gateways)
            if gateways and _waits(mailing, counts[mailing.pk].messages)
            else None,
            counts[mailing.pk].deliveries,
        )
        for mailing in mailings
    ]


def _waits(mailing: Mailing, counts: dict[str, int]) -> bool:
    return mailing.status == "running" and counts["pending"] + counts["sending"] > 0


def _gateways(mailings: list[Mailing]) -> list[GatewayState]:
    if not any(mailing.status == "running" for mailing in mailings):
        return []
    return gateway_states(Gateway.objects.order_by("priority", "id"))


def _paces(mailing_ids: list[int]) -> dict[int, float]:
    """Return sends a second, over this minute and the one before."""
    now = timezone.now()
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    rows = MinuteCount.objects.filter(mailing_id__in=mailing_ids, minute__gte=since)
    sent: dict[int, list[tuple[datetime, int]]] = {}
    for mailing_id, minute, count in rows.values_list("mailing_id", "minute", "sent"):
        sent.setdefault(mailing_id, []).append((minute, count))
    started = dict(Mailing.objects.filter(pk__in=sent).values_list("pk", "started_at"))
    return {
        mailing_id: sum(count for _, count in minutes)
        / max(1.0, (now - max(since, started.get(mailing_id) or since)).total_seconds())
        for mailing_id, minutes in sent.items()
    }


def expected_clients(mailings: Sequence[Mailing]) -> dict[int, int]:
    """Return how many clients each would reach if it started now; up to a minute old."""
    return {pk: sum(zones.values()) for pk, zones in zones_of(mailings).items()}
