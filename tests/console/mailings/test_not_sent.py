"""Whom a mailing has not reached, and why: grouped, listed, exported, and sent to again."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.audit.models import Entry
from notification_service.console.mailings import undelivered as module
from notification_service.console.mailings.undelivered import undelivered
from notification_service.mailings import stats
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.reasons import Reason, Why
from tests.factories import make_attempt, make_client, make_mailing, make_message, make_running_mailing
from tests.reasons import http_status

LogIn = Callable[[str], Browser]
BLACKLISTED = '{"code": 127, "message": "phone is blacklisted"}'


def fail(mailing: Mailing, said: str, *, phone: str | None = None, status: str = "failed") -> Message:
    client = make_client(**({"phone": phone} if phone else {}))
    message = make_message(mailing, client, status=status, attempts=1, **http_status(400).columns)
    make_attempt(message, outcome=status, http_status=400, response=said, **http_status(400).columns)
    return message


def groups_of(mailing: Mailing) -> list[tuple[str, str, str, int]]:
    found = undelivered(mailing.pk, stats.message_counts([mailing.pk])[mailing.pk])
    return [(group.status, str(group.why), group.said, group.messages) for group in found.groups]


def page_of(browser: Browser, mailing: Mailing, query: str) -> list[int]:
    response = browser.get(f"{reverse('console:mailing', args=[mailing.pk])}?{query}")
    return sorted(row.pk for row in response.context["page"].rows)


@pytest.mark.django_db
def test_messages_are_grouped_by_reason_and_by_the_words_of_the_gateway() -> None:
    mailing = make_running_mailing()
    for number in range(3):
        fail(mailing, BLACKLISTED)
        fail(mailing, f'{{"message": "no such phone 7916123456{number}"}}')
    fail(mailing, BLACKLISTED)
    make_message(mailing, status="expired", reason="deadline_passed", error="response_timeout")
    make_message(mailing, status="sent")
    make_message(mailing)
    assert groups_of(mailing) == [
        ("failed", "HTTP 400", "phone is blacklisted", 4),
        ("failed", "HTTP 400", "no such phone …", 3),
        ("expired", "deadline passed (no answer in time)", "", 1),
    ]


def test_each_group_links_to_exactly_its_messages(operator: Browser) -> None:
    mailing = make_running_mailing()
    made = [fail(mailing, BLACKLISTED), fail(mailing, "no such phone 79161234567")]
    cause: dict[str, Any] = {"reason": "deadline_passed", "error": "response_timeout"}
    made += [make_message(mailing, status="expired", **cause)]
    make_message(mailing, status="expired", **{**cause, "error": "connection_refused"})
    found = undelivered(mailing.pk, stats.message_counts([mailing.pk])[mailing.pk])
    assert len(found.groups) == 4
    pages = [page_of(operator, mailing, group.query) for group in found.groups]
    assert all(pages.count([message.pk]) == 1 for message in made)
    assert sum(map(len, pages)) == 4


@pytest.mark.django_db
def test_a_status_with_too_many_messages_is_grouped_by_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    mailing = make_running_mailing()
    for said in ("old", "new", "new"):
        fail(mailing, said)
    found = undelivered(mailing.pk, stats.message_counts([mailing.pk])[mailing.pk])
    assert ([group.said for group in found.groups], found.passed_over) == (["new"], 1)


@pytest.mark.parametrize(
    ("role", "phone", "said"),
    [
        ("operator", "79161234567", "79161234567 is blacklisted"),
        ("viewer", "7916***4567", "7916***4567 is blacklisted"),
    ],
)
def test_the_export_of_what_was_not_sent_has_phones_for_who_may_see_them(
    logged_in: LogIn, role: str, phone: str, said: str
) -> None:
    mailing = make_running_mailing()
    fail(mailing, "79161234567 is blacklisted", phone="79161234567")
    make_message(mailing, status="sent")
    exported: Any = logged_in(role).get(reverse("console:export-failures", args=[mailing.pk]))
    [row] = csv.DictReader(io.StringIO(exported.getvalue().decode("utf-8-sig")))
    assert (row["phone"], row["status"], row["error"], row["answer"]) == (phone, "failed", "HTTP 400", said)
    assert Entry.objects.filter(action="mailing.failures_exported", object_id=mailing.pk).count() == 1


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("", ["failed", "expired", "cancelled", "unknown", "pending", "sent"]),
        ("status=expired", ["expired"]),
        ("status=pending", ["pending"]),
        ("reason=http_status", ["failed", "unknown"]),
        ("reason=http_status:400", ["failed"]),
        ("reason=http_status&status=unknown", ["unknown"]),
        ("reason=deadline_passed", ["expired"]),
        ("reason=phone_wrong", []),
    ],
)
@pytest.mark.parametrize("of_mailing", [True, False])
def test_messages_are_filtered_by_status_and_reason(
    operator: Browser, query: str, statuses: list[str], of_mailing: bool
) -> None:
    mailing = make_running_mailing()
    whys = {
        "failed": http_status(400),
        "expired": Why(Reason.DEADLINE_PASSED),
        "cancelled": Why(Reason.MAILING_CANCELLED),
        "unknown": http_status(502),
    }
    for status in ("failed", "expired", "cancelled", "unknown", "pending", "sent"):
        make_message(mailing, status=status, **(whys[status].columns if status in whys else {}))
    other = make_message(status="failed", **http_status(400).columns)
    chosen = f"mailing={mailing.pk}&{query}" if of_mailing else query
    rows = operator.get(f"/messages/?{chosen}").context["page"].rows
    found = [row.status for row in rows if row.pk != other.pk]
    assert sorted(found) == sorted(statuses)
    assert (other.pk in [row.pk for row in rows]) is (not of_mailing and "failed" in statuses)


def test_a_filter_by_reason_goes_on_over_pages(operator: Browser) -> None:
    made = [
        make_message(status=("failed", "unknown")[n % 2], **http_status(400).columns).pk for n in range(60)
    ]
    first = operator.get("/messages/?reason=http_status").context["page"]
    second = operator.get(f"/messages/?reason=http_status&before={first.next_before}").context["page"]
    assert [row.pk for row in first.rows + second.rows] == sorted(made, reverse=True)


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("", "failed,expired"),
        ("status=failed", "failed"),
        ("status=unknown", "unknown"),
        ("status=failed&reason=http_status:400", "failed"),
        ("reason=http_status:400", "failed"),
        ("reason=deadline_passed", "expired"),
        ("reason=mailing_cancelled", None),
        ("status=sent", None),
        ("status=pending", None),
    ],
)
def test_what_was_not_sent_can_be_sent_again_by_status(
    operator: Browser, query: str, statuses: str | None
) -> None:
    mailing = make_running_mailing()
    for status in ("failed", "expired", "unknown", "sent", "pending"):
        make_message(mailing, status=status)
    again = operator.get(f"/messages/?mailing={mailing.pk}&{query}").context["again"]
    assert (again and ",".join(again.statuses)) == statuses


def test_sending_again_opens_the_form_for_exactly_those_clients(operator: Browser) -> None:
    source = make_mailing(text="Sale", tags=["vip"], operator_codes=["916"])
    response = operator.get(f"/mailings/new/?from={source.pk}&outcome_of=failed,expired,nonsense")
    form = response.context["form"]
    shown = {name: form[name].value() for name in ("text", "operator_codes", "tags", "outcome_of_statuses")}
    assert shown == {
        "text": "Sale",
        "operator_codes": "",
        "tags": "",
        "outcome_of_statuses": "failed,expired",
    }
    assert form["outcome_of_mailing"].value() == source.pk


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"sent": 2}, "finished"),
        ({"sent": 1, "expired": 1}, "finished, not all sent"),
        ({"sent": 1, "cancelled": 1}, "finished, not all sent"),
        ({"failed": 2}, "finished, nothing sent"),
        ({}, "finished, nothing sent"),
    ],
)
@pytest.mark.parametrize("screen", ["page", "list", "search", "deletion"])
def test_a_mailing_that_did_not_reach_everyone_is_never_shown_as_well_finished(
    operator: Browser, counts: dict[str, int], word: str, screen: str
) -> None:
    mailing = make_running_mailing(text="Sale", status="finished")
    for status, count in counts.items():
        for _ in range(count):
            make_message(mailing, status=status)
    paths = {
        "page": f"/mailings/{mailing.pk}/",
        "list": "/mailings/live/",
        "search": "/search/?q=Sale",
        "deletion": f"/mailings/{mailing.pk}/delete/",
    }
    text = " ".join(operator.get(paths[screen]).content.decode().split())
    assert f"</svg> {word} </span>" in text
    assert ('class="status is-finished"' in text) is (word == "finished")
