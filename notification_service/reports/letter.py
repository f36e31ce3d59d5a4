"""The e-mail of a report: one copy for each address, in HTML and in plain text."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from notification_service.reports.figures import DayFigures
from notification_service.reports.plain_text import plain_text
from notification_service.reports.words import ReportTexts, words_of


def copies(
    figures: DayFigures, addresses: Iterable[str], *, message_id: str
) -> Iterator[EmailMultiAlternatives]:
    """Return a copy for each address: if a server refuses one, the others are not affected."""
    with translation.override(settings.REPORT_LANGUAGE):
        words = words_of(figures, language=settings.REPORT_LANGUAGE)
        text, html = plain_text(words), render_to_string("reports/daily.html", {"words": words})
    for address in addresses:
        yield _copy(words, text, html, address=address, message_id=message_id)


def text_of(figures: DayFigures) -> str:
    with translation.override(settings.REPORT_LANGUAGE):
        words = words_of(figures, language=settings.REPORT_LANGUAGE)
        return f"{words.subject}\n\n{plain_text(words)}"


def _copy(
    words: ReportTexts, text: str, html: str, *, address: str, message_id: str
) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": words.language,
    }
    copy = EmailMultiAlternatives(words.subject, text, settings.REPORT_FROM, [address], headers=headers)
    copy.attach_alternative(html, "text/html")
    return copy
