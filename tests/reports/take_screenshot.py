"""`make screenshots`: the daily report as a browser shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notification_service.mailings.models import Gateway, Mailing
from notification_service.mailings.stats import Failure
from notification_service.reports.figures import DayFigures, MailingLine
from notification_service.reports.letter import copies
from tests.console.browser.conftest import chromium
from tests.console.browser.take_screenshots import FOLDER
from tests.reasons import held_for, http_status

__all__ = ["chromium"]

AT = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
NONE = dict.fromkeys(
    ("pending", "sending", "sent", "failed", "expired", "cancelled", "unknown", "retried"), 0
)


def line(number: int, text: str, status: str, **counts: int) -> MailingLine:
    mailing = Mailing(pk=number, text=text, status=status, end_at=AT + timedelta(days=1))
    return MailingLine(mailing, NONE | counts | {"total": sum(counts.values())})


def day() -> DayFigures:
    price_list = line(121, "The new price list is out.", "paused", pending=8_000)
    return DayFigures(
        day=AT.date(),
        zone=ZoneInfo("Europe/Moscow"),
        ended=NONE | {"sent": 48_112, "failed": 96, "expired": 1_204, "cancelled": 310, "retried": 2_381},
        ended_the_day_before=NONE | {"sent": 51_020, "failed": 12, "retried": 77},
        started=4,
        finished=2,
        mailings=[
            line(
                118, "Spring sale: 20 % off until Sunday. Come and see us!", "finished", sent=9_900, failed=96
            ),
            line(119, "Your parcel waits at the counter until Friday.", "finished", sent=31_212),
            line(120, "Maintenance tonight from 02:00 to 04:00.", "running", sent=7_000, expired=1_204),
            price_list,
        ],
        more_mailings=0,
        failures=[Failure(http_status(400), 74), Failure(http_status(422), 22)],
        more_failures=0,
        held=[Gateway(name="main", held_at=AT, **held_for(http_status(401)))],
        paused=[price_list.mailing],
        webhooks=[],
        incidents=[],
    )


def test_the_letter_has_its_screenshot_taken(chromium: Any, settings: Any) -> None:
    settings.PUBLIC_URL, settings.REPORT_LANGUAGE = "https://notifications.example", "en"
    [copy] = copies(day(), ["ops@example.com"], message_id="<1@example.com>")
    page = chromium.new_page(viewport={"width": 700, "height": 800})
    page.set_content(copy.alternatives[0][0])
    page.screenshot(path=FOLDER / "daily-report.png", full_page=True)
    page.close()
