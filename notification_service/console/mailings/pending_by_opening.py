"""The pending messages of a mailing, by the time at which their send window opens."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.db import connection

from notification_service.mailings.models import Mailing

KEPT_SECONDS = 20
DAY_MINUTES = 24 * 60
WEST_MINUTES = 10 * 60
# One well-known place for each offset in which this country lives.
PLACES = {
    120: "Kaliningrad",
    180: "Moscow",
    240: "Samara",
    300: "Yekaterinburg",
    360: "Omsk",
    420: "Krasnoyarsk",
    480: "Irkutsk",
    540: "Yakutsk",
    600: "Vladivostok",
    660: "Magadan",
    720: "Kamchatka",
}

# A window opens at a whole second, a retry comes at any microsecond: the index of due messages tells them
# apart without a look at a single message.
BY_OPENING = """
SELECT at, count(*) FROM mailings_duemessage
WHERE mailing_id = %s AND at > now() AND at = date_trunc('second', at)
GROUP BY at ORDER BY at
"""


@dataclass(frozen=True, slots=True)
class Opening:
    at: datetime
    messages: int
    offset_minutes: int

    @property
    def place(self) -> str:
        return PLACES.get(self.offset_minutes, "")


def pending_by_opening(mailing: Mailing) -> list[Opening]:
    """At most KEPT_SECONDS old, for a hundred consoles may ask at once."""
    if mailing.window_from is None or mailing.status not in ("running", "paused"):
        return []
    key = f"console-openings-{mailing.pk}-{mailing.updated_at.timestamp()}"
    rows = cache.get(key)
    if rows is None:
        rows = _read(mailing.pk)
        cache.set(key, rows, KEPT_SECONDS)
    now = datetime.now(UTC)
    return [Opening(at, count, _offset(mailing, at)) for at, count in rows if at > now]


def _read(mailing_id: int) -> list[tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(BY_OPENING, [mailing_id])
        return [(at, count) for at, count in cursor.fetchall()]


def _offset(mailing: Mailing, at: datetime) -> int:
    """Where the window opens at this instant: minutes east of UTC, from −10 hours to almost +14."""
    assert mailing.window_from is not None
    utc = at.astimezone(UTC)
    opens = mailing.window_from.hour * 60 + mailing.window_from.minute
    return (opens - utc.hour * 60 - utc.minute + WEST_MINUTES) % DAY_MINUTES - WEST_MINUTES
