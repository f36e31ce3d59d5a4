"""What the letter says, in both languages and both versions."""

import gettext
import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from notification_service import reports
from notification_service.mailings.forecast import Forecast, Limit, Shortfall
from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.models import Gateway, GatewayIncident, Mailing
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.stats import Failure
from notification_service.reports.figures import DayFigures, MailingLine
from notification_service.reports.letter import copies, text_of
from notification_service.reports.words import excerpt, words_of
from notification_service.webhooks.models import Webhook
from tests.reasons import held_for, http_status

AT = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
NONE = dict.fromkeys(("sent", "failed", "expired", "cancelled", "unknown", "retried"), 0)
EVIL = '<script>alert(1)</script> & "quotes" \x1b[31m\u202e\nred'
CATALOGUE = Path(reports.__file__).parent / "locale/ru/LC_MESSAGES/django.po"


def figures(**fields: Any) -> DayFigures:
    """Of a day on which nothing happened."""
    defaults: dict[str, Any] = {
        "day": date(2026, 11, 24),
        "zone": ZoneInfo("Europe/Moscow"),
        "ended": NONE,
        "ended_the_day_before": NONE,
        "started": 0,
        "finished": 0,
        "mailings": [],
        "more_mailings": 0,
        "failures": [],
        "more_failures": 0,
        "held": [],
        "paused": [],
        "short": [],
        "webhooks": [],
        "incidents": [],
    }
    return DayFigures(**defaults | fields)


def mailing(text: str = "Hello", **counts: int) -> MailingLine:
    counted = NONE | counts | {"total": sum(counts.values())}
    return MailingLine(Mailing(pk=7, text=text, status="finished", end_at=AT), counted)


def busy() -> DayFigures:
    return figures(
        ended=NONE | {"sent": 48_112, "failed": 96, "expired": 1_204},
        started=1,
        finished=2,
        mailings=[mailing(EVIL, sent=9_900, failed=100)],
        failures=[Failure(Why(Reason.OTHER, text=EVIL), 96)],
        held=[Gateway(name="main", held_at=AT, held_reason=EVIL)],
    )


@pytest.fixture
def english(report_settings: Any) -> Any:
    return report_settings


@pytest.fixture
def russian(report_settings: Any) -> Any:
    report_settings.REPORT_LANGUAGE = "ru"
    return report_settings


def html_of(told: DayFigures) -> str:
    [copy] = copies(told, ["ops@example.com"], message_id="<1@example.com>")
    [alternative] = copy.alternatives
    return str(alternative[0])


def flat(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def test_the_letter_says_the_same_in_text_and_html(english: Any) -> None:
    for version in (text_of(busy()), html_of(busy())):
        seen = flat(re.sub(r"<[^>]*>", " ", version))
        for words in (
            "24 November 2026",
            "Tuesday, Europe/Moscow",
            "48,112 messages sent, 1,300 not delivered.",
            "Gateway main has taken no messages since 24 November, 14:02",
            "1,204",
            "1 mailing started, 2 ended",
            "9,900 of 10,000 sent, 100 not delivered",
        ):
            assert words in seen


def test_the_letter_speaks_russian(russian: Any) -> None:
    text = flat(text_of(busy()))
    assert text.startswith(
        "Сервис уведомлений, 24 ноября 2026: отправлено 48 112 сообщений, не доставлено 1 300"
    )
    assert "Вторник" in text
    assert "Началась 1 рассылка, закончились 2" in text
    assert "отправлено 9 900 из 10 000, не доставлено 100" in text
    assert 'lang="ru"' in html_of(busy())


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (0, "ничего не отправлено"),
        (1, "отправлено 1 сообщение"),
        (2, "отправлено 2 сообщения"),
        (11, "отправлено 11 сообщений"),
        (1_021, "отправлено 1 021 сообщение"),
    ],
)
def test_the_russian_subject_has_the_right_plural(russian: Any, sent: int, words: str) -> None:
    with translation.override("ru"):
        headline = words_of(figures(ended=NONE | {"sent": sent}), language="ru").headline
    assert flat(headline) == words


def test_the_letter_of_an_empty_day_says_that_nothing_was_sent(english: Any) -> None:
    assert "24 November 2026: nothing was sent" in text_of(figures())
    assert "Why messages failed" not in text_of(figures()) + html_of(figures())
    assert "Needs your attention" not in text_of(figures()) + html_of(figures())


def test_the_letter_escapes_texts_of_mailings_and_gateways(english: Any) -> None:
    html, text = html_of(busy()), text_of(busy())
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;" in html
    for version in (html, text):
        assert {sign for sign in version if not sign.isprintable()} == {"\n"}


def test_a_long_text_of_a_mailing_is_cut() -> None:
    assert excerpt("a" * 60) == "a" * 60
    assert excerpt("a b " * 30) == ("a b " * 14 + "a b").rstrip() + "…"


def test_the_letter_links_to_the_console_only_if_its_address_is_set(english: Any) -> None:
    assert 'href="https://notifications.example/mailings/7/"' in html_of(busy())
    assert "Console: https://notifications.example/" in text_of(busy())
    english.PUBLIC_URL = ""
    assert "href" not in html_of(busy())
    assert "Console" not in text_of(busy())


def test_the_letter_loads_nothing_from_the_network(english: Any) -> None:
    assert re.findall(r"<(?:img|link|script|style|iframe)|url\(|src=", html_of(busy())) == []


def test_the_text_of_the_letter_fits_80_columns(russian: Any) -> None:
    told = busy()
    longest = max(len(line) for line in text_of(told).splitlines()[1:])
    assert longest <= 80


def test_a_copy_is_a_complete_letter_to_a_single_address(english: Any, mail_server: Any) -> None:
    from notification_service.reports.mailer import post

    list(post(copies(busy(), english.REPORT_TO, message_id="<1@example.com>")))
    letter: EmailMessage = mail_server.taken[0][1]
    assert {
        name: flat(letter[name])
        for name in ("From", "To", "Message-ID", "Auto-Submitted", "Content-Language")
    } == {
        "From": "Mailings <mailings@example.com>",
        "To": "ops@example.com",
        "Message-ID": "<1@example.com>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "en",
    }
    assert letter["Subject"] == (
        "Notification service, 24 November 2026: 48,112 messages sent, 1,300 not delivered"
    )
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert letter["Date"]


def test_the_catalogue_of_the_letter_is_complete_and_compiled() -> None:
    entries = CATALOGUE.read_text().split("\n\n")[1:]
    assert [entry for entry in entries if re.search(r'msgstr(\[\d\])? ""\s*$', entry)] == []
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    ids = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    assert len(ids - {""}) == len(entries)


def test_every_word_of_the_letter_is_translated(russian: Any) -> None:
    """What is left in Latin letters is a name, or what others wrote."""
    names = {"HTTP", "main", "Europe", "Moscow", "Hello", "https", "notifications", "example"}
    told = figures(
        ended=NONE | {"sent": 1, "failed": 1},
        mailings=[mailing(sent=1, failed=1)],
        more_mailings=2,
        failures=[Failure(http_status(400), 1)],
        more_failures=3,
        held=[Gateway(name="main", held_at=AT, **held_for(http_status(401)))],
        paused=[mailing().mailing],
        webhooks=[Webhook(pk=3, disabled_at=AT)],
    )
    html = re.sub(r"<style.*?</style>|<[^>]*>", " ", html_of(told))
    assert set(re.findall(r"[A-Za-z]{2,}", html + text_of(told))) - names == set()


def test_the_letter_names_a_webhook_that_the_service_has_disabled(english: Any) -> None:
    told = figures(webhooks=[Webhook(pk=3, disabled_at=AT)])
    words = "Webhook #3 is told nothing since 24 November, 14:02: it failed for three days, or is gone."
    assert words in flat(text_of(told).replace("\n  ", " "))


def test_the_letter_names_when_a_gateway_took_nothing(english: Any) -> None:
    incident = GatewayIncident(
        gateway=Gateway(name="main"),
        began_at=AT,
        ended_at=AT + timedelta(minutes=38),
        **Why(Reason.RESPONSE_TIMEOUT).columns,
    )
    words = "Gateway main took no messages from 24 November, 14:02 to 24 November, 14:40: no answer in time"
    told = figures(incidents=[incident])
    for version in (text_of(told), re.sub(r"<[^>]*>", " ", html_of(told))):
        assert words in flat(version.replace("\n  ", " "))


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({"sent": 5}, "#7, finished:"),
        ({"sent": 4, "expired": 1}, "#7, finished, not all sent:"),
        ({"expired": 5}, "#7, finished, nothing sent:"),
    ],
)
def test_the_letter_calls_no_mailing_finished_that_did_not_reach_everyone(
    english: Any, counts: dict[str, Any], title: str
) -> None:
    assert title in flat(text_of(figures(mailings=[mailing(**counts)])))


def test_the_report_warns_of_whom_a_mailing_will_not_reach() -> None:
    speed = Speed("main", workers=1, concurrency=64, max_per_second=25)
    forecast = Forecast(48_000, 44_800, None, {"UTC": 3_200}, Limit.GATEWAY_RATE, 41, speed)
    end_at = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    short = Shortfall(1, "Spring sale", end_at, forecast)
    assert words_of(figures(short=[short]), language="en").attention == [
        "Spring sale: 3,200 of 48,000 will not be reached before 25 November, 21:00; "
        "41 a second are needed, gateway main allows 25."
    ]
    with translation.override("ru"):
        [line] = words_of(figures(short=[short]), language="ru").attention
    assert line.replace("\xa0", " ") == (
        "Spring sale: до 25 ноября, 21:00 сообщение не получат 3 200 клиентов из 48 000; "
        "нужно 41 в секунду, а шлюз main допускает 25."
    )
