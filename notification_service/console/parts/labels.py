"""What the console calls things, in the operator's language."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from notification_service.console.parts.countries import COUNTRY
from notification_service.mailings.models import Mailing
from notification_service.mailings.public_holidays import DAYS
from notification_service.mailings.send_window import find_zone

BAR_ORDER = ("sent", "sending", "pending", "failed", "expired", "cancelled", "unknown")

MAILING_STATUS = {
    "scheduled": pgettext_lazy("mailing", "scheduled"),
    "running": pgettext_lazy("mailing", "running"),
    "paused": pgettext_lazy("mailing", "paused"),
    "finished": pgettext_lazy("mailing", "finished"),
    "cancelled": pgettext_lazy("mailing", "cancelled"),
}
# Of a finished mailing that some, or all, of its clients did not get.
NOT_ALL_SENT = pgettext_lazy("mailing", "finished, not all sent")
NOTHING_SENT = pgettext_lazy("mailing", "finished, nothing sent")
MAILING_SHAPE = {
    "scheduled": "clock",
    "running": "play",
    "paused": "pause",
    "finished": "check",
    "cancelled": "cross",
}
MESSAGE_STATUS = {
    "pending": pgettext_lazy("message", "waiting"),
    "sending": pgettext_lazy("message", "sending"),
    "sent": pgettext_lazy("message", "sent"),
    "failed": pgettext_lazy("message", "failed"),
    "expired": pgettext_lazy("message", "expired"),
    "cancelled": pgettext_lazy("message", "cancelled"),
    "unknown": pgettext_lazy("message", "unknown"),
}
MESSAGE_SHAPE = {
    "pending": "clock",
    "sending": "play",
    "sent": "check",
    "failed": "cross",
    "expired": "hourglass",
    "cancelled": "dash",
    "unknown": "question",
}
OUTCOME = {
    "retry": pgettext_lazy("attempt", "to be tried again"),
    "failed": pgettext_lazy("attempt", "refused for good"),
    "held": pgettext_lazy("attempt", "the gateway refuses us access"),
    "unknown": pgettext_lazy("attempt", "no answer; not repeated"),
    "lost": pgettext_lazy("attempt", "its worker died; repeated"),
}
ON_UNKNOWN = {
    "send_again": pgettext_lazy("no answer", "send it again, with the same id"),
    "give_up": pgettext_lazy("no answer", "leave it as “unknown”: nobody gets it twice"),
}
ROLE = {
    "viewer": pgettext_lazy("role", "viewer"),
    "operator": pgettext_lazy("role", "operator"),
    "administrator": pgettext_lazy("role", "administrator"),
}
SCOPE = {
    "read": pgettext_lazy("API key", "read"),
    "send": pgettext_lazy("API key", "send messages and mailings"),
    "write": pgettext_lazy("API key", "read and write"),
    "admin": pgettext_lazy("API key", "everything that an administrator may"),
}


BEGINNING = 60  # characters of a mailing's name or text, by which people know it


def mailing(row: Mailing) -> str:
    """Its number and its name, or how its text begins."""
    facts = {"id": row.pk, "text": Truncator(" ".join(row.title.split())).chars(BEGINNING)}
    return _("Mailing #%(id)s: %(text)s") % facts


def number(value: int) -> str:
    return formats.number_format(value, force_grouping=True)


def messages(value: int) -> str:
    return ngettext("%(number)s message", "%(number)s messages", value) % {"number": number(value)}


def clients(value: int) -> str:
    return ngettext("%(number)s client", "%(number)s clients", value) % {"number": number(value)}


def mailings(value: int) -> str:
    return ngettext("%(number)s mailing", "%(number)s mailings", value) % {"number": number(value)}


def zones(value: int) -> str:
    return ngettext("%(number)s time zone", "%(number)s time zones", value) % {"number": number(value)}


def zone_name() -> str:
    """Return the operator's zone with its offset, such as Europe/Moscow (UTC+3)."""
    offset = timezone.localtime().utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    name = timezone.get_current_timezone_name()
    return name if name == "UTC" else f"{name} ({utc_offset(minutes)})"


def utc_offset(minutes: int) -> str:
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def when(at: datetime) -> str:
    """Return a time for a sentence: today only the time of day, otherwise with the day."""
    local = timezone.localtime(at)
    pattern = "H:i" if local.date() == timezone.localdate() else "j E, H:i"
    return formats.date_format(local, pattern)


def hours(
    opens: time | None, closes: time | None, days: Sequence[str] = (), holidays: str | None = ""
) -> str:
    """Of a send window, which may run past midnight."""
    parts = [_clock(opens, closes) if opens and closes else "", weekdays(days)]
    if holidays:
        country = COUNTRY.get(holidays, holidays)
        parts.append(_("not on public holidays (%(country)s)") % {"country": country})
    return ", ".join(filter(None, parts)) or _("any")


def _clock(opens: time, closes: time) -> str:
    clock = f"{opens:%H:%M}–{closes:%H:%M}"
    return _("%(hours)s the next day") % {"hours": clock} if opens > closes else clock


def weekdays(days: Sequence[str]) -> str:
    """Return them in the order of the week, with a dash for three or more in a row: “Mon–Fri, Sun”."""
    numbers = sorted(DAYS.index(day) for day in days)
    rows = [
        [each for _, each in row] for _, row in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ]
    parts = [[f"{_day(row[0])}–{_day(row[-1])}"] if len(row) > 2 else map(_day, row) for row in rows]
    return ", ".join(part for some in parts for part in some)


def _day(number: int) -> str:
    return str(WEEKDAYS_ABBR[number])


def both_clocks(at: datetime, zone_name: str, pattern: str = "H:i") -> str:
    """Return a time where a client lives, and the operator's beside it: “09:00 in Moscow (06:00 yours)”.

    With the day if it is not today in both zones, and twice if it is another one there. If this system does
    not know the zone, the operator's time alone.
    """
    here = timezone.localtime(at)
    zone = find_zone(zone_name)
    if zone is None:
        return when(at)
    there = timezone.localtime(at, zone)
    is_today = here.date() == there.date() == timezone.localdate()
    clock = formats.date_format(there, pattern if is_today else f"j E, {pattern}")
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return _("%(clock)s in %(place)s") % {"clock": clock, "place": zone_place(zone_name)}
    yours = formats.date_format(here, pattern if here.date() == there.date() else f"j E, {pattern}")
    facts = {"clock": clock, "place": zone_place(zone_name), "yours": yours}
    return _("%(clock)s in %(place)s (%(yours)s yours)") % facts


def zone_place(zone_name: str) -> str:
    """Return the place as people call it, if it is one of PLACE; else the zone's IANA name."""
    return str(PLACE.get(PLACE_OF_ZONE.get(zone_name, ""), zone_name))


def duration(seconds: float) -> str:
    """Return the duration in the one unit that matters."""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    days = round(hours / 24)
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


DELIVERY = {
    "delivered": pgettext_lazy("message", "delivered"),
    "undelivered": pgettext_lazy("message", "not delivered"),
    "awaited": pgettext_lazy("message", "no receipt yet"),
}
SERIES = {
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Failed"),
    "retried": gettext_lazy("Tried again"),
    "delivered": gettext_lazy("Delivered"),
    "undelivered": gettext_lazy("Not delivered"),
}


def deliveries_sentence(deliveries: dict[str, int]) -> str:
    return ", ".join(
        f"{word} {number(deliveries[each])}" for each, word in DELIVERY.items() if deliveries[each]
    )


def spread(minutes: int) -> str:
    words = ngettext("over %(number)s minute", "over %(number)s minutes", minutes)
    return words % {"number": number(minutes)}


def counts_sentence(counts: dict[str, int]) -> str:
    parts = [f"{MESSAGE_STATUS[status]} {number(counts[status])}" for status in BAR_ORDER if counts[status]]
    return ", ".join(parts) or _("no messages yet")


PLACE = {
    "Kaliningrad": pgettext_lazy("place", "Kaliningrad"),
    "Moscow": pgettext_lazy("place", "Moscow"),
    "Samara": pgettext_lazy("place", "Samara"),
    "Yekaterinburg": pgettext_lazy("place", "Yekaterinburg"),
    "Omsk": pgettext_lazy("place", "Omsk"),
    "Krasnoyarsk": pgettext_lazy("place", "Krasnoyarsk"),
    "Irkutsk": pgettext_lazy("place", "Irkutsk"),
    "Yakutsk": pgettext_lazy("place", "Yakutsk"),
    "Vladivostok": pgettext_lazy("place", "Vladivostok"),
    "Magadan": pgettext_lazy("place", "Magadan"),
    "Kamchatka": pgettext_lazy("place", "Kamchatka"),
}
# The zone of each place, by its present name.
PLACE_OF_ZONE = {
    "Europe/Kaliningrad": "Kaliningrad",
    "Europe/Moscow": "Moscow",
    "Europe/Samara": "Samara",
    "Asia/Yekaterinburg": "Yekaterinburg",
    "Asia/Omsk": "Omsk",
    "Asia/Krasnoyarsk": "Krasnoyarsk",
    "Asia/Irkutsk": "Irkutsk",
    "Asia/Yakutsk": "Yakutsk",
    "Asia/Vladivostok": "Vladivostok",
    "Asia/Magadan": "Magadan",
    "Asia/Kamchatka": "Kamchatka",
}
