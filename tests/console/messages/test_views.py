import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from notification_service.console.messages import queries as message_queries
from notification_service.directory.models import Consent
from notification_service.directory.spreadsheets import guarded
from notification_service.mailings import stats
from notification_service.mailings.models import Message, SentTexts
from notification_service.mailings.reasons import Reason, Why
from tests.factories import (
    make_attempt,
    make_client,
    make_clients_in_bulk,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
    make_single,
)
from tests.reasons import http_status


def fail(message: Message, why: Why) -> None:
    """As the engine does: by an update, which is what the counters see."""
    changes = {"status": "failed", **why.columns, "next_attempt_at": None}
    Message.objects.filter(pk=message.pk).update(**changes)


@pytest.mark.parametrize("status", ["pending", "sending", "sent", "failed", "expired", "cancelled"])
def test_the_page_of_a_mailing_lists_the_messages_of_a_status(operator: Browser, status: str) -> None:
    mailing = make_running_mailing()
    for each in ("pending", "sent", "expired", "cancelled"):
        make_message(mailing, status=each)
    fail(make_message(mailing), http_status(400))
    answer = operator.get(reverse("console:mailing", args=[mailing.pk]), {"status": status})
    expected = 0 if status == "sending" else 1
    assert [row.status for row in answer.context["page"].rows] == [status] * expected


def test_a_reason_of_failure_links_to_its_messages(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 2, status="failed", **http_status(400).columns)
    make_message(mailing, status="failed", **http_status(422).columns)
    answer = operator.get(reverse("console:mailing", args=[mailing.pk]), {"reason": "http_status:400"})
    assert len(answer.context["page"].rows) == 2


def test_a_reason_that_is_none_finds_nothing(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="failed", **http_status(400).columns)
    answer = operator.get(reverse("console:mailing", args=[mailing.pk]), {"reason": "HTTP 400"})
    assert answer.context["page"].rows == []


def test_a_reason_is_said_in_the_readers_language(operator: Browser) -> None:
    message = make_message(status="failed", reason="phone_wrong")
    make_attempt(message, **Why(Reason.PHONE_WRONG).columns, http_status=200)
    for language, words in (("en", "the phone number is wrong"), ("ru", "неверный номер телефона")):
        page = operator.get(
            reverse("console:message", args=[message.pk]), headers={"Accept-Language": language}
        ).content.decode()
        assert page.count(words) == 2
        assert "HTTP 200" in page


def test_the_pages_of_a_mailing_show_every_message_once(operator: Browser) -> None:
    mailing = make_running_mailing()
    made = {message.pk for message in make_messages(mailing, 60)}
    first = operator.get(reverse("console:mailing", args=[mailing.pk])).context["page"]
    query = {"before": first.next_before}
    second = operator.get(reverse("console:mailing", args=[mailing.pk]), query).context["page"]
    assert [row.pk for row in first.rows + second.rows] == sorted(made, reverse=True)
    assert second.next_before is None


def test_a_message_shows_its_attempts(operator: Browser) -> None:
    message = make_message(status="sent", attempts=2)
    make_attempt(message, http_status=503, response="<h1>busy</h1>")
    page = operator.get(reverse("console:message", args=[message.pk])).content.decode()
    assert "Attempt 1" in page
    assert "&lt;h1&gt;busy&lt;/h1&gt;" in page


def test_an_export_of_a_mailing_holds_the_filtered_messages(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    make_message(mailing, status="failed", reason="other", error="=HYPERLINK(1)")
    answer = operator.get(reverse("console:export", args=[mailing.pk]), {"status": "failed"})
    assert answer.streaming
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["error"] for row in rows] == ["'=HYPERLINK(1)"]


@pytest.mark.parametrize(
    ("delivery", "found"),
    [("delivered", [0]), ("undelivered", [1]), ("awaited", [2]), ("nonsense", [3, 2, 1, 0])],
)
def test_messages_are_filtered_by_what_receipts_say(
    operator: Browser, delivery: str, found: list[int]
) -> None:
    mailing = make_running_mailing()
    statuses = ("sent", "sent", "sent", "pending")
    made = [make_message(mailing, make_client(), status=status).pk for status in statuses]
    for pk, said in zip(made, ("delivered", "undelivered"), strict=False):
        Message.objects.filter(pk=pk).update(delivery=said)  # an update is what is counted
    expected = [made[place] for place in found]
    page = operator.get(reverse("console:mailing", args=[mailing.pk]), {"delivery": delivery}).context["page"]
    assert [row.pk for row in page.rows] == expected
    file = operator.get(reverse("console:export", args=[mailing.pk]), {"delivery": delivery}).getvalue()
    rows = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
    assert [int(row["id"]) for row in rows] == sorted(expected)
    if delivery != "nonsense":
        everywhere = operator.get(reverse("console:messages"), {"delivery": delivery}).context["page"]
        assert [row.pk for row in everywhere.rows] == expected


def test_the_legend_of_receipts_leads_to_the_messages(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="sent")
    Message.objects.update(delivery="undelivered")
    address = reverse("console:mailing", args=[mailing.pk])
    page = operator.get(address).content.decode()
    assert f'href="{address}?delivery=undelivered#messages"' in page


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", "  =1"])
def test_a_formula_is_exported_as_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("written", ["79161234567", "+7 (916) 123-45-67", "8 916 123 45 67", "9161234567"])
def test_the_search_finds_a_phone_in_any_spelling(operator: Browser, written: str) -> None:
    client = make_client(phone="79161234567")
    answer = operator.get(reverse("console:search"), {"q": written})
    assert answer.context["clients"] == [client]


@pytest.mark.django_db(transaction=True)
def test_the_filter_of_failed_messages_reads_the_failed_messages_alone() -> None:
    """Of 20,000 messages two have failed: the first page of them comes from their own index."""
    mailing = make_running_mailing()
    make_clients_in_bulk(20_000)
    make_messages_in_bulk(mailing, status="sent")
    failed = [make_message(mailing, status="failed", **http_status(400).columns).pk for _ in range(2)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailings_message")
    counts = stats.message_counts([mailing.pk])[mailing.pk]
    with CaptureQueriesContext(connection) as queries:
        want = message_queries.Wanted(status="failed", mailing=mailing.pk)
        page = message_queries.page_of(Message.objects.of(mailing), want, counts)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert [row.pk for row in page.rows] == sorted(failed, reverse=True)
    assert "message_undelivered_of_mailing" in plan
    assert len(queries) == 2  # the other one asks what the gateway said


def test_a_proof_says_what_a_client_got_and_when_by_their_clock(operator: Browser) -> None:
    mailing = make_running_mailing(text="Hello {{name}}", requires_consent=True)
    client = make_client(phone="79161234567", timezone="Asia/Omsk")
    sent_at = datetime(2030, 1, 31, 6, tzinfo=UTC)
    message = make_message(mailing, client, status="sent", sent_at=sent_at)
    ids = {"first_id": message.pk, "last_id": message.pk, "message_ids": [message.pk]}
    SentTexts.objects.create(mailing_id=mailing.pk, texts=["Hello Anna"], **ids)
    Consent.objects.create(phone="79161234567", given_at=sent_at - timedelta(days=1), evidence="form 3")
    linked = operator.get(reverse("console:message", args=[message.pk])).content.decode()
    assert reverse("console:proof", args=[message.pk]) in linked
    assert "Hello Anna" in linked
    shown = operator.get(reverse("console:proof", args=[message.pk])).content.decode()
    for words in ("Hello Anna", "Hello {{name}}", "12:00:00, Asia/Omsk (UTC+6)", "form 3"):
        assert words in shown, words


def test_a_proof_to_who_may_not_see_phones_has_none_in_the_text_either(logged_in: Any) -> None:
    mailing = make_running_mailing(text="For {{phone}}")
    message = make_message(mailing, make_client(phone="79161234567"), status="sent", sent_at=now())
    ids = {"first_id": message.pk, "last_id": message.pk, "message_ids": [message.pk]}
    SentTexts.objects.create(mailing_id=mailing.pk, texts=["For 79161234567"], **ids)
    viewer = logged_in("viewer")
    for name in ("message", "proof"):
        page = viewer.get(reverse(f"console:{name}", args=[message.pk])).content.decode()
        assert "1234567" not in page, name
        assert "4567" in page, name


def test_single_messages_are_found_by_their_kind_and_by_the_phone_that_no_client_has(
    operator: Browser,
) -> None:
    make_message()
    single = make_single(phone="79161234567")
    for query in ({"kind": "single"}, {"phone": "8 916 123-45-67"}):
        answer = operator.get(reverse("console:messages"), query)
        assert [row.pk for row in answer.context["page"].rows] == [single.pk]
    shown = answer.content.decode()
    assert '<span class="quiet">single</span>' in shown


def test_the_page_of_a_single_message_has_its_text_and_its_terms(operator: Browser) -> None:
    single = make_single(phone="79161234567", text="Your code: 4711", topic="login", reference="order-7")
    shown = operator.get(reverse("console:message", args=[single.pk])).content.decode()
    assert all(words in shown for words in ("Single message", "Your code: 4711", "login", "order-7"))


def test_a_list_with_single_messages_asks_the_database_as_often_for_three_as_for_one(
    operator: Browser,
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            operator.get(reverse("console:messages"), {"kind": "single"})
        return len(captured)

    make_single()
    queries()
    one = queries()
    make_single()
    make_single()
    assert queries() == one
