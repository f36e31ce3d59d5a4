"""The console's visual grammar: a status, a bar, a number and a time look the same everywhere."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notification_service.access.phones import phone_for, text_for
from notification_service.access.roles import ROLES
from notification_service.console.parts import filter_words, labels
from notification_service.console.parts.charts import Column
from notification_service.console.parts.left_out import left_out_words
from notification_service.mailings import reason_labels
from notification_service.mailings.reasons import Why
from notification_service.mailings.send_window import find_zone

register = template.Library()


@register.filter
def left_out(excluded: dict[str, int]) -> str:
    return left_out_words(excluded)


@register.filter
def grouped(number: int | None) -> str:
    if number is None:
        return "–"
    return formats.number_format(number, force_grouping=True)


@register.filter
def short_number(number: float) -> str:
    """Show up to three decimals, and none that say nothing: 0.4 rather than 0.400."""
    whole, point, decimals = f"{number:.3f}".rstrip("0").partition(".")
    return formats.number_format(float(whole + point + decimals), len(decimals), force_grouping=True)


@register.simple_tag
def moment(at: datetime | None, style: str = "long") -> SafeString | str:
    """Show the time in the operator's zone, with its full form on hover."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    if style == "auto":
        style = "short" if local.date() == timezone.localdate() else "long"
    # Translators: a format of Django's date filter
    shown = formats.date_format(local, {"short": "H:i:s", "minute": "H:i"}.get(style, _("j M, H:i")))
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), _full(at), shown)


def _full(at: datetime) -> str:
    return f"{formats.date_format(timezone.localtime(at), 'j E Y, H:i:s')} {labels.zone_name()}"


@register.inclusion_tag("console/parts/status.html")
def mailing_status(status: str, counts: dict[str, int] | None = None) -> dict[str, Any]:
    """Without `counts`, as in a filter, nothing is said of how it went: then no word is green."""
    word, shape = labels.MAILING_STATUS[status], labels.MAILING_SHAPE[status]
    if status != "finished":
        return {"status": status, "word": word, "shape": shape}
    if counts is None:
        return {"status": "scheduled", "word": word, "shape": shape}
    if counts["sent"] and counts["sent"] == counts["total"]:
        return {"status": status, "word": word, "shape": shape}
    word = labels.NOT_ALL_SENT if counts["sent"] else labels.NOTHING_SENT
    return {"status": "incomplete", "word": word, "shape": "alert"}


@register.inclusion_tag("console/parts/status.html")
def message_status(status: str) -> dict[str, Any]:
    return {"status": status, "word": labels.MESSAGE_STATUS[status], "shape": labels.MESSAGE_SHAPE[status]}


@register.simple_tag
def column_title(column: Column) -> str:
    """Return the hover text of a chart's column, in one line, because it is shown as it is written."""
    at = formats.date_format(timezone.localtime(column.at), "H:i")
    return " · ".join([at, *map(grouped, column.counts.values())])


@register.inclusion_tag("console/parts/bar.html")
def stacked_bar(counts: dict[str, int]) -> dict[str, Any]:
    total = counts["total"]
    shown = {status: counts[status] for status in labels.BAR_ORDER}
    parts = [{"status": status, "x": x, "width": width} for status, x, width in _shares(shown)]
    return {"parts": parts, "total": total, "label": labels.counts_sentence(counts)}


@register.inclusion_tag("console/parts/legend.html")
def legend(counts: dict[str, int], url: str = "", chosen: str = "") -> dict[str, Any]:
    entries = [
        {"status": status, "word": labels.MESSAGE_STATUS[status], "messages": counts[status]}
        for status in labels.BAR_ORDER
    ]
    return {"entries": entries, "url": url, "chosen": chosen, "filter": "status"}


@register.inclusion_tag("console/parts/bar.html")
def delivery_bar(deliveries: dict[str, int]) -> dict[str, Any]:
    parts = [{"status": each, "x": x, "width": width} for each, x, width in _shares(deliveries)]
    return {"parts": parts, "label": labels.deliveries_sentence(deliveries)}


@register.inclusion_tag("console/parts/legend.html")
def delivery_legend(deliveries: dict[str, int], url: str = "", chosen: str = "") -> dict[str, Any]:
    entries = [
        {"status": each, "word": word, "messages": deliveries[each]} for each, word in labels.DELIVERY.items()
    ]
    return {"entries": entries, "url": url, "chosen": chosen, "filter": "delivery"}


@register.filter
def series_word(series: str) -> str:
    return str(labels.SERIES[series])


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the page's query string with changes. None removes a key."""
    params: QueryDict = context["request"].GET.copy()
    params.pop("before", None)
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None:
            params[key] = str(value)
    return f"?{params.urlencode()}"


def _shares(counts: dict[str, int]) -> list[tuple[str, str, str]]:
    """Return each part of the bar in thousandths, wide enough to be seen if it is not zero."""
    total = sum(counts.values())
    shares = {name: max(count / total * 1000, 4) for name, count in counts.items() if count}
    scale = 1000 / sum(shares.values()) if shares else 1
    segments, x = [], 0.0
    for status, share in shares.items():
        segments.append((status, f"{x:.1f}", f"{share * scale:.1f}"))
        x += share * scale
    return segments


@register.simple_tag
def role_of(user: Any) -> str:
    """Return the highest of the person's roles, in words; a superuser is an administrator."""
    if user.is_superuser:
        return str(labels.ROLE["administrator"])
    names = set(user.groups.values_list("name", flat=True))
    return next((str(labels.ROLE[role]) for role in reversed(ROLES) if role in names), _("no role"))


@register.simple_tag
def operator_zone() -> str:
    return labels.zone_name()


@register.simple_tag(takes_context=True)
def phone(context: template.Context, digits: str) -> str:
    """Show it as people write it, whole or masked, as the reader may see it."""
    seen = phone_for(context["request"].user, digits)
    return f"+7 {seen[1:4]} {seen[4:7]} {seen[7:9]} {seen[9:]}"


@register.filter
def rate(per_second: float) -> str:
    """Show sends a second; a low rate is not shown as zero."""
    if 0 < per_second < 0.1:
        return _("less than %(rate)s") % {"rate": formats.number_format(0.1)}
    return formats.number_format(per_second, 1 if 0 < per_second < 10 else 0, force_grouping=True)


@register.filter
def tags(names: list[str]) -> str:
    return ", ".join(name or _("no tag") for name in names)


@register.filter
def outcomes(statuses: list[str]) -> str:
    """The statuses of messages, in words."""
    return ", ".join(str(labels.MESSAGE_STATUS[status]) for status in statuses)


@register.simple_tag(takes_context=True)
def restrictions(context: template.Context, **parts: Any) -> list[str]:
    """Return the restrictions of a filter in words, with phones as the reader may see them."""
    given = {name: part for name, part in parts.items() if part}
    return [text_for(context["request"].user, words) for words in filter_words.in_words(given)]


@register.simple_tag(takes_context=True)
def restrictions_of(context: template.Context, written: dict[str, Any]) -> list[str]:
    """The same of a whole filter as JSON."""
    return restrictions(context, **written)


@register.simple_tag
def on_unknown(choice: str) -> str:
    return str(labels.ON_UNKNOWN[choice])


@register.simple_tag
def hours(opens: time | None, closes: time | None, days: Sequence[str], holidays: str) -> str:
    return labels.hours(opens, closes, days, holidays)


@register.filter
def place(name: str) -> str:
    return str(labels.PLACE.get(name, name))


@register.simple_tag
def local_time(at: datetime | None, zone: str, pattern: str = "H:i:s") -> str:
    """Show the time where the client lives."""
    known = find_zone(zone) if zone else None
    return "–" if at is None or known is None else formats.date_format(timezone.localtime(at, known), pattern)


@register.simple_tag
def both_clocks(at: datetime | None, zone: str, pattern: str = "H:i") -> SafeString | str:
    """Show the time where the client lives, and the operator's beside it."""
    if at is None:
        return "–"
    return format_html(
        '<time datetime="{}" title="{}" class="wraps">{}</time>',
        at.isoformat(),
        _full(at),
        labels.both_clocks(at, zone or "", pattern),
    )


@register.simple_tag
def time_now(zone: str) -> str:
    """Show what time it is where a client lives, and the operator's beside it."""
    return labels.both_clocks(timezone.now(), zone)


@register.filter
def reason(why: Why | None) -> str:
    return reason_labels.reason(why) if why else ""


@register.filter
def spread(minutes: int) -> str:
    return labels.spread(minutes)


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
