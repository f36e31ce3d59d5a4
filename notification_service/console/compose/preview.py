"""What will happen if this mailing is scheduled: to how many, when, and who is left out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from notification_service.console.compose.sms import SmsSize, sms_size
from notification_service.mailings.audience import matching_clients
from notification_service.mailings.send_window import SendWindow, next_opening


@dataclass(frozen=True, slots=True)
class Preview:
    clients: int
    zones: int
    first_at: datetime | None
    first_zone: str
    last_at: datetime | None
    last_zone: str
    unreachable: int
    size: SmsSize

    @property
    def reached(self) -> int:
        return self.clients - self.unreachable

    @property
    def short_messages(self) -> int:
        return self.reached * self.size.segments


def preview(fields: dict[str, Any]) -> Preview:
    """One query, over the clients who match; the arithmetic is the engine's own."""
    clients = matching_clients(operator_codes=fields["operator_codes"], tags=fields["tags"])
    # Rows, not ids: the index client_reach then answers without the table, in half the time.
    in_zones = clients.order_by().values_list("timezone").annotate(clients=Count("*"))
    starts = max(fields["start_at"], timezone.now())
    opens, closes = fields["window_from"], fields["window_to"]
    window = SendWindow(opens, closes) if opens is not None and closes is not None else None
    zones = [(next_opening(window, zone=ZoneInfo(zone), at=starts), zone, count) for zone, count in in_zones]
    reached = sorted(entry for entry in zones if entry[0] < fields["end_at"])
    first, last = (reached[0], reached[-1]) if reached else ((None, "", 0), (None, "", 0))
    return Preview(
        clients=sum(count for _, _, count in zones),
        zones=len(zones),
        first_at=first[0],
        first_zone=first[1],
        last_at=last[0],
        last_zone=last[1],
        unreachable=sum(count for at, _, count in zones if at >= fields["end_at"]),
        size=sms_size(fields["text"]),
    )
