"""The console's visual grammar: a status, a bar, a number and a time look the same wherever they stand."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notification_service.access.phones import phone_for
from notification_service.access.roles import ROLES
from notification_service.console.parts import labels
from notification_service.console.parts.charts import SERIES, Column
from notification_service.mailings import reason_labels
from notification_service.mailings.reasons import Why

register = template.Library()


@register.filter
def grouped(number: int | None) -> str:
    if number is None:
        return "–"
    return formats.number_format(number, force_grouping=True)


@register.simple_tag
def moment(at: datetime | None, style: str = "long") -> SafeString | str:
    """The time in the operator's zone; its full form is one hover away."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    name = labels.zone_name()
    full = f"{formats.date_format(local, 'j E Y, H:i:s')} {name}"
    if style == "auto":
        style = "short" if local.date() == timezone.localdate() else "long"
    # Translators: a format of Django's date filter
    shown = formats.date_format(local, {"short": "H:i:s", "minute": "H:i"}.get(style, _("j M, H:i")))
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full, shown)


@register.inclusion_tag("console/parts/status.html")
def mailing_status(status: str) -> dict[str, Any]:
    return {"status": status, "word": labels.MAILING_STATUS[status], "shape": labels.MAILING_SHAPE[status]}


@register.inclusion_tag("console/parts/status.html")
def message_status(status: str) -> dict[str, Any]:
    return {"status": status, "word": labels.MESSAGE_STATUS[status], "shape": labels.MESSAGE_SHAPE[status]}


@register.simple_tag
def column_title(column: Column) -> str:
    """What a hover over a chart's column says, in one line: it is shown as it is written."""
    at = formats.date_format(timezone.localtime(column.at), "H:i")
    return " · ".join([at, *(grouped(column.counts[series]) for series in SERIES)])


@register.inclusion_tag("console/parts/bar.html")
def stacked_bar(counts: dict[str, int]) -> dict[str, Any]:
    total = counts["total"]
    parts = [{"status": status, "x": x, "width": width} for status, x, width in _segments(counts, total)]
    return {"parts": parts, "total": total, "label": labels.counts_sentence(counts)}


@register.inclusion_tag("console/parts/legend.html")
def legend(counts: dict[str, int], url: str = "", chosen: str = "") -> dict[str, Any]:
    entries = [
        {"status": status, "word": labels.MESSAGE_STATUS[status], "messages": counts[status]}
        for status in labels.BAR_ORDER
    ]
    return {"entries": entries, "url": url, "chosen": chosen}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own query string with some of it changed; a None takes the key away."""
    params: QueryDict = context["request"].GET.copy()
    params.pop("before", None)
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None:
            params[key] = str(value)
    return f"?{params.urlencode()}"


def _segments(counts: dict[str, int], total: int) -> list[tuple[str, str, str]]:
    """Each part of the bar in thousandths; what is there at all is wide enough to be seen."""
    shares = {s: max(counts[s] / total * 1000, 4) for s in labels.BAR_ORDER if total and counts[s]}
    scale = 1000 / sum(shares.values()) if shares else 1
    segments, x = [], 0.0
    for status, share in shares.items():
        segments.append((status, f"{x:.1f}", f"{share * scale:.1f}"))
        x += share * scale
    return segments


@register.simple_tag
def role_of(user: Any) -> str:
    """The highest of the person's roles, in words; a superuser is an administrator."""
    if user.is_superuser:
        return str(labels.ROLE["administrator"])
    names = set(user.groups.values_list("name", flat=True))
    return next((str(labels.ROLE[role]) for role in reversed(ROLES) if role in names), _("no role"))


@register.simple_tag
def operator_zone() -> str:
    return labels.zone_name()


@register.simple_tag(takes_context=True)
def phone(context: template.Context, digits: str) -> str:
    """As people write it, as far as whoever looks may see it."""
    seen = phone_for(context["request"].user, digits)
    return f"+7 {seen[1:4]} {seen[4:7]} {seen[7:9]} {seen[9:]}"


@register.filter
def rate(per_second: float) -> str:
    """Sends a second; a slow one is not nothing."""
    if 0 < per_second < 0.1:
        return _("less than %(rate)s") % {"rate": formats.number_format(0.1)}
    return formats.number_format(per_second, 1 if 0 < per_second < 10 else 0, force_grouping=True)


@register.filter
def tags(names: list[str]) -> str:
    return ", ".join(name or _("no tag") for name in names)


@register.simple_tag
def on_unknown(choice: str) -> str:
    return str(labels.ON_UNKNOWN[choice])


@register.filter
def place(name: str) -> str:
    return str(labels.PLACE.get(name, name))


@register.simple_tag
def local_time(at: datetime | None, zone: str, pattern: str = "H:i:s") -> str:
    """The clock where the client lives."""
    if at is None or not zone:
        return "–"
    return formats.date_format(timezone.localtime(at, ZoneInfo(zone)), pattern)


@register.filter
def reason(why: Why | None) -> str:
    return reason_labels.reason(why) if why else ""


@register.filter
def clients(number: int) -> str:
    return labels.clients(number)


@register.filter
def messages(number: int) -> str:
    return labels.messages(number)


@register.filter
def mailings(number: int) -> str:
    return labels.mailings(number)


@register.filter
def zones(number: int) -> str:
    return labels.zones(number)
