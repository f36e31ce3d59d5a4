"""The texts of the report in the reader's language. Both versions of the letter use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from notification_service.mailings import reason_labels
from notification_service.mailings.forecast import shortfall_words
from notification_service.mailings.models import Mailing
from notification_service.mailings.reasons import Why
from notification_service.reports.figures import DayFigures, MailingLine
from notification_service.reports.schedule import DAY

UNDELIVERED = ("failed", "expired", "unknown")
EXCERPT = 60  # characters of a mailing's text
LONG_DAY, MOMENT = "j E Y", "j E, H:i"


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    meaning: str
    value: str
    before: str  # of the day before


@dataclass(frozen=True, slots=True)
class MailingWords:
    title: str  # its number and status
    excerpt: str
    counts: str
    url: str  # in the console; empty if not known


@dataclass(frozen=True, slots=True)
class ReportTexts:
    language: str
    subject: str
    title: str
    subtitle: str
    headline: str
    attention: list[str]
    day: str
    day_before: str
    counts: list[Count]
    failures: list[tuple[str, str]]  # reason, messages
    mailings_headline: str
    mailings: list[MailingWords]
    more_mailings: str
    console_url: str
    footer: str


def words_of(figures: DayFigures, *, language: str) -> ReportTexts:
    """Return the texts in the active language, which `language` names."""
    day, headline = formats.date_format(figures.day, LONG_DAY), _headline(figures.ended)
    return ReportTexts(
        language=language,
        subject=_("Notification service, %(day)s: %(headline)s") % {"day": day, "headline": headline},
        title=day,
        subtitle=f"{formats.date_format(figures.day, 'l')}, {figures.zone.key}",
        headline=headline,
        attention=list(_attention(figures)),
        day=formats.date_format(figures.day, pgettext("date pattern", "j M")),
        day_before=formats.date_format(figures.day - DAY, pgettext("date pattern", "j M")),
        counts=_counts(figures),
        failures=_failures(figures),
        mailings_headline=_mailings_headline(figures),
        mailings=[_mailing(line) for line in figures.mailings],
        more_mailings=_more_mailings(figures.more_mailings),
        console_url=_console_url("console:overview"),
        footer=_footer(figures),
    )


def _headline(ended: dict[str, int]) -> str:
    undelivered = sum(ended[status] for status in UNDELIVERED)
    sent = ended["sent"]
    if not sent and not undelivered:
        return _("nothing was sent")
    parts = [_messages_sent(sent)] if sent else [_("nothing was sent")]
    if undelivered:
        parts.append(_("%(number)s not delivered") % {"number": _number(undelivered)})
    return ", ".join(parts)


def _messages_sent(count: int) -> str:
    return ngettext("%(number)s message sent", "%(number)s messages sent", count) % {"number": _number(count)}


def _counts(figures: DayFigures) -> list[Count]:
    labels = (
        ("sent", pgettext("report", "Sent"), _("the gateway took them")),
        ("failed", pgettext("report", "Failed"), _("the gateway refused them for good")),
        ("expired", pgettext("report", "Expired"), _("the mailing's deadline came first")),
        ("unknown", pgettext("report", "Unknown"), _("no answer, and not to be repeated")),
        ("cancelled", pgettext("report", "Cancelled"), _("with their mailing or client")),
        ("retried", pgettext("report", "Repeated"), _("attempts that were made again")),
    )
    day, before = figures.ended, figures.ended_the_day_before
    return [Count(label, meaning, _number(day[key]), _number(before[key])) for key, label, meaning in labels]


def _failures(figures: DayFigures) -> list[tuple[str, str]]:
    listed = [(_reason(failure.why), _number(failure.messages)) for failure in figures.failures]
    others = [(_("other reasons"), _number(figures.more_failures))] if figures.more_failures else []
    return listed + others


def _reason(why: Why | None) -> str:
    return clean(reason_labels.reason(why)) if why else ""


def _mailings_headline(figures: DayFigures) -> str:
    started = ngettext("%(number)s mailing started", "%(number)s mailings started", figures.started)
    ended = ngettext("%(number)s ended", "%(number)s ended", figures.finished)
    return (
        f"{started % {'number': _number(figures.started)}}, {ended % {'number': _number(figures.finished)}}"
    )


def _mailing(line: MailingLine) -> MailingWords:
    mailing, counts = line.mailing, line.counts
    undelivered = sum(counts[status] for status in UNDELIVERED)
    sent = _("%(sent)s of %(total)s sent") % {
        "sent": _number(counts["sent"]),
        "total": _number(counts["total"]),
    }
    missing = _("%(number)s not delivered") % {"number": _number(undelivered)}
    return MailingWords(
        title=f"#{mailing.pk}, {_status(mailing, counts)}",
        excerpt=excerpt(mailing.title),
        counts=f"{sent}, {missing}" if undelivered else sent,
        url=_console_url("console:mailing", mailing.pk),
    )


def _status(mailing: Mailing, counts: dict[str, int]) -> str:
    if mailing.status == "finished" and not (counts["sent"] and counts["sent"] == counts["total"]):
        unsent = pgettext("mailing", "finished, not all sent")
        return unsent if counts["sent"] else pgettext("mailing", "finished, nothing sent")
    names = {
        "scheduled": pgettext("mailing", "scheduled"),
        "running": pgettext("mailing", "running"),
        "paused": pgettext("mailing", "paused"),
        "finished": pgettext("mailing", "finished"),
        "cancelled": pgettext("mailing", "cancelled"),
    }
    return names[mailing.status]


def _more_mailings(count: int) -> str:
    if not count:
        return ""
    return ngettext("and %(number)s more", "and %(number)s more", count) % {"number": _number(count)}


def _attention(figures: DayFigures) -> Iterator[str]:
    for gateway in figures.held:
        assert gateway.held_at is not None
        yield _("Gateway %(name)s has taken no messages since %(when)s: %(reason)s") % {
            "name": clean(gateway.name),
            "when": _moment(gateway.held_at, figures),
            "reason": _reason(gateway.held_why),
        }
    for incident in figures.incidents:
        assert incident.ended_at is not None
        yield _("Gateway %(name)s took no messages from %(began)s to %(ended)s: %(reason)s") % {
            "name": clean(incident.gateway.name),
            "began": _moment(incident.began_at, figures),
            "ended": _moment(incident.ended_at, figures),
            "reason": _reason(incident.why),
        }
    for webhook in figures.webhooks:
        assert webhook.disabled_at is not None
        yield _(
            "Webhook %(number)s is told nothing since %(when)s: it failed for three days, or is gone."
        ) % {
            "number": f"#{webhook.pk}",
            "when": _moment(webhook.disabled_at, figures),
        }
    for mailing in figures.paused:
        yield _("Mailing %(number)s is paused; what is unsent by %(when)s will not be sent.") % {
            "number": f"#{mailing.pk}",
            "when": _moment(mailing.end_at, figures),
        }
    for short in figures.short:
        yield shortfall_words(excerpt(short.title), short.forecast, end=_moment(short.end_at, figures))


def _footer(figures: DayFigures) -> str:
    return _(
        "The day runs from 0:00 to 24:00 in %(zone)s; an event counts when the service learned of it. "
        "Counts of mailings, and what needs your attention, are those of the moment of writing. "
        "Deleted mailings are not counted."
    ) % {"zone": figures.zone.key}


def _console_url(name: str, *arguments: int) -> str:
    return settings.PUBLIC_URL + reverse(name, args=arguments) if settings.PUBLIC_URL else ""


def _moment(at: datetime, figures: DayFigures) -> str:
    return formats.date_format(at.astimezone(figures.zone), MOMENT)


def _number(value: int) -> str:
    return formats.number_format(value, force_grouping=True)


def clean(text: str) -> str:
    """Return it on one line, without characters that control a terminal or the direction of writing."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def excerpt(text: str) -> str:
    whole = clean(text)
    return whole if len(whole) <= EXCERPT else whole[: EXCERPT - 1].rstrip() + "…"
