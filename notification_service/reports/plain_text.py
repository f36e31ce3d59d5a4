"""The letter in plain text: 72 columns, with numbers at the right edge."""

from collections.abc import Iterator
from textwrap import wrap

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notification_service.reports.words import ReportTexts

WIDTH = 72
LABEL, NUMBER = 36, 14


def plain_text(words: ReportTexts) -> str:
    sections = (_head, _attention, _counts, _failures, _mailings, _foot)
    blocks = ("\n".join(section(words)) for section in sections)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(words: ReportTexts) -> Iterator[str]:
    yield words.title
    yield words.subtitle
    yield ""
    yield from wrap(f"{capfirst(words.headline)}.", WIDTH)


def _attention(words: ReportTexts) -> Iterator[str]:
    if words.attention:
        yield _("Needs your attention")
        for line in words.attention:
            yield from wrap(line, WIDTH, initial_indent="! ", subsequent_indent="  ")


def _counts(words: ReportTexts) -> Iterator[str]:
    yield f"{pgettext('report', 'Messages'):<{LABEL}}{words.day:>{NUMBER}}{words.day_before:>{NUMBER}}"
    for count in words.counts:
        yield f"  {count.label:<{LABEL - 2}}{count.value:>{NUMBER}}{count.before:>{NUMBER}}"


def _failures(words: ReportTexts) -> Iterator[str]:
    if words.failures:
        yield _("Why messages failed")
        for reason, messages in words.failures:
            yield f"{messages:>{NUMBER}}  {reason}"


def _mailings(words: ReportTexts) -> Iterator[str]:
    yield words.mailings_headline
    for mailing in words.mailings:
        line = f"{mailing.title}: {mailing.counts}"
        yield from wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
        yield f"    {mailing.excerpt}"
    if words.more_mailings:
        yield f"  {words.more_mailings}"


def _foot(words: ReportTexts) -> Iterator[str]:
    if words.console_url:
        yield f"{_('Console')}: {words.console_url}"
        yield ""
    yield "-- "
    yield from wrap(words.footer, WIDTH)
