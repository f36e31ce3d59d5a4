"""The pending messages of a mailing, by the time at which their send window opens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import formats, timezone

from notification_service.console.parts import labels
from notification_service.mailings.contact_hours import hours_of
from notification_service.mailings.models import Mailing
from notification_service.mailings.send_window import Hours

KEPT_SECONDS = 20
# East of UTC, in minutes: of every place where somebody lives.
OFFSETS = range(-10 * 60, 14 * 60, 15)
MINUTE = timedelta(minutes=1)
# A well-known place for each of the country's offsets.
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

# A window opens at a whole second, while a retry comes at any microsecond. So the index of due messages shows
# which is which, without reading a single message.
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

    @property
    def local(self) -> str:
        """By the client's clock; with the day, if it is not today or tomorrow."""
        there = self.at.astimezone(UTC) + timedelta(minutes=self.offset_minutes)
        is_soon = self.at - timezone.now() < timedelta(days=1)
        return formats.date_format(there, "H:i" if is_soon else "j E, H:i")

    @property
    def yours(self) -> str:
        """By the operator's clock."""
        return labels.when(self.at)


def pending_by_opening(mailing: Mailing) -> list[Opening]:
    """Return them, at most KEPT_SECONDS old: a hundred consoles may ask at once."""
    if mailing.status not in ("running", "paused") or not (hours := hours_of(mailing)):
        return []
    # While its messages are created, what was read a moment ago is not what waits.
    built = mailing.audience_built_at
    changed = f"{mailing.updated_at.timestamp()}-{mailing.hours_version}"
    key = f"console-openings-{mailing.pk}-{changed}-{built and built.timestamp()}"
    rows = cache.get(key)
    if rows is None:
        rows = _read(mailing.pk)
        cache.set(key, rows, KEPT_SECONDS)
    now = datetime.now(UTC)
    return [Opening(at, count, _offset(hours, at)) for at, count in rows if at > now]


def _read(mailing_id: int) -> list[tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(BY_OPENING, [mailing_id])
        return [(at, count) for at, count in cursor.fetchall()]


def _offset(hours: Hours, at: datetime) -> int:
    """Return where the hours open at this instant: minutes east of UTC. Where the clocks change then, 0."""
    utc = at.astimezone(UTC)
    return next((offset for offset in OFFSETS if _open_at(hours, utc + timedelta(minutes=offset))), 0)


def _open_at(hours: Hours, local: datetime) -> bool:
    before = local - MINUTE
    is_open, was_open = (all(window.contains(each) for window in hours) for each in (local, before))
    return is_open and not was_open
