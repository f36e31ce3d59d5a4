"""What the console calls things, in the operator's language."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

BAR_ORDER = ("sent", "sending", "pending", "failed", "expired", "cancelled", "unknown")

MAILING_STATUS = {
    "scheduled": pgettext_lazy("mailing", "scheduled"),
    "running": pgettext_lazy("mailing", "running"),
    "paused": pgettext_lazy("mailing", "paused"),
    "finished": pgettext_lazy("mailing", "finished"),
    "cancelled": pgettext_lazy("mailing", "cancelled"),
}
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
    "held": pgettext_lazy("attempt", "the gateway does not let us in"),
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
    "write": pgettext_lazy("API key", "read and write"),
}


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
    """The operator's zone with its offset, such as Europe/Moscow (UTC+3)."""
    offset = timezone.localtime().utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    name = timezone.get_current_timezone_name()
    return name if name == "UTC" else f"{name} ({utc_offset(minutes)})"


def utc_offset(minutes: int) -> str:
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def when(at: datetime) -> str:
    """A time in a sentence: the clock today, with the day on other days."""
    local = timezone.localtime(at)
    pattern = "H:i" if local.date() == timezone.localdate() else "j E, H:i"
    return formats.date_format(local, pattern)


def duration(seconds: float) -> str:
    """How long, in the one unit that matters."""
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
