"""Every screen: a constant number of queries, both languages, hostile parameters."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notification_service.mailings import stats
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.reports.models import DailyReport
from tests.factories import make_client, make_message, make_messages, make_running_mailing

LISTS = ["overview", "mailings", "clients", "messages", "templates", "segments", "replies"]


def queries_of(browser: Browser, path: str) -> int:
    """As for the first who asks: what others asked a moment ago is kept."""
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one_row(operator: Browser, name: str) -> None:
    path = reverse(f"console:{name}")
    make_message()
    one = queries_of(operator, path)
    for _ in range(2):
        make_message()
    assert queries_of(operator, path) == one


def test_a_mailing_takes_as_many_queries_for_thirty_messages_as_for_one_message(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_message(mailing)
    path = reverse("console:mailing", args=[mailing.pk])
    one = queries_of(operator, path)
    make_messages(mailing, 29)
    assert queries_of(operator, path) == one


def test_a_mailing_page_shows_the_exact_counts(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 2, status="sent")
    make_messages(mailing, 3)
    answer = operator.get(reverse("console:mailing", args=[mailing.pk]))
    assert answer.context["state"].counts == stats.message_counts([mailing.pk])[mailing.pk]
    assert "2 of 5 sent. 3 left to send." in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("ru", "Отправлено 2 из 2."), ("en", "2 of 2 sent.")])
def test_a_page_is_in_the_operators_language(operator: Browser, language: str, words: str) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 2, status="sent")
    operator.post(reverse("set_language"), {"language": language, "next": "/"})
    assert words in operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()


def test_the_overview_of_an_empty_installation_explains_the_first_steps(operator: Browser) -> None:
    assert "What to do first" in operator.get("/").content.decode()


def test_the_overview_says_that_no_worker_runs(operator: Browser) -> None:
    words = "No worker runs:</b> nothing starts and nothing is sent."
    never = operator.get("/").content.decode()
    assert words in never
    assert "Last seen" not in never
    record_heartbeat("one@host", silent_seconds=0)
    assert words not in operator.get("/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mailings_worker SET seen_at = now() - interval '10 minutes'")
    assert re.search(rf"{words}\s+Last seen", operator.get("/").content.decode())


def test_the_overview_lists_the_addresses_that_the_last_report_has_not_reached(
    operator: Browser, settings: Any
) -> None:
    settings.REPORT_TO = ["a@example.com", "b@example.com"]
    day = date(2030, 3, 5)
    report = DailyReport.objects.create(day=day, waiting=settings.REPORT_TO)
    assert "The report of" not in operator.get("/").content.decode()
    DailyReport.objects.filter(pk=day).update(attempts=1, error="<timed out>")
    words = "The report of 5 March has not reached 2 addresses:</b> &lt;timed out&gt;"
    assert words in operator.get("/").content.decode()
    report.waiting, report.accepted = [], settings.REPORT_TO
    report.save()
    assert "The report of" not in operator.get("/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"before": "99999999999999999999"},
        {"before": "x", "q": "\0", "status": "nonsense"},
        {"q": "#" + "9" * 30, "phone": "\0", "tag": "\0", "id": "٣"},
        {"status": "sent", "reason": "\0", "phone": "'; --"},
    ],
)
def test_no_parameter_breaks_a_screen(operator: Browser, query: dict[str, Any]) -> None:
    make_client()
    mailing = make_message().mailing_id
    for name, args in [*((name, []) for name in [*LISTS, "search"]), ("mailing", [mailing])]:
        assert operator.get(reverse(f"console:{name}", args=args), query).status_code == 200


def test_every_page_forbids_inline_and_foreign_scripts(operator: Browser) -> None:
    answer = operator.get("/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize("name", ["new", "client-new", "gateway-new", "person-new", "keys"])
def test_what_explains_a_field_is_there_for_a_screen_reader(logged_in: Any, name: str) -> None:
    page = logged_in("administrator").get(reverse(f"console:{name}")).content.decode()
    named = {each for names in re.findall(r'aria-describedby="([^"]+)"', page) for each in names.split()}
    assert named
    assert named - {*re.findall(r' id="([^"]+)"', page)} == set()


def test_an_unknown_time_zone_in_the_cookie_is_ignored(operator: Browser) -> None:
    operator.cookies["console_timezone"] = "../../etc/passwd"
    assert "UTC" in operator.get(reverse("console:mailings")).content.decode()
