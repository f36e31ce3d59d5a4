import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notification_service.audit.actions import OBJECTS, Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.audit.origin import Origin, acting
from notification_service.console.audit import labels as audit_labels
from notification_service.mailings import lifecycle
from tests.audit.entries import entries_of
from tests.factories import make_client, make_mailing, make_running_mailing, now

LogIn = Callable[[str], Browser]


@pytest.fixture
def administrator(logged_in: LogIn) -> Browser:
    return logged_in("administrator")


def shown(browser: Browser, **query: Any) -> list[int]:
    answer: Any = browser.get(reverse("console:audit"), query)
    assert answer.status_code == 200
    return [entry.pk for entry in answer.context["page"].rows]


def make_entry(action: Action = Action.MAILING_PAUSED, object_id: int = 1, **about: Any) -> Entry:
    record(action, object_id=object_id, **about)
    return Entry.objects.latest("pk")


def test_every_action_actor_and_object_of_the_log_has_a_label() -> None:
    assert set(audit_labels.ACTION) == set(Action)
    assert set(audit_labels.ACTOR) == set(Entry.Actor.values)
    assert set(audit_labels.OBJECT) == set(OBJECTS)


def test_the_log_is_in_the_readers_language(administrator: Browser) -> None:
    make_entry(Action.MAILING_PAUSED, 12)
    page = administrator.get(reverse("console:audit"), headers={"Accept-Language": "ru"}).content.decode()
    assert "Рассылка приостановлена" in page
    assert "object=mailing&amp;id=12" in page


def test_an_entry_shows_the_changed_values(administrator: Browser) -> None:
    mailing = make_mailing(text="<b>Before</b>")
    lifecycle.update_mailing(mailing.pk, text="After", end_at=now().replace(year=2099, month=1, day=2))
    entry = Entry.objects.latest("pk")
    page = administrator.get(reverse("console:audit-entry", args=[entry.pk])).content.decode()
    assert "&lt;b&gt;Before&lt;/b&gt;" in page
    assert 'datetime="2099-01-02' in page
    assert f'href="/mailings/{mailing.pk}/"' in page


def test_an_entry_about_a_removed_object_has_no_link(administrator: Browser) -> None:
    entry = make_entry(Action.MAILING_DELETED, 12)
    page = administrator.get(reverse("console:audit-entry", args=[entry.pk])).content.decode()
    assert 'href="/mailings/12/"' not in page


def test_the_log_shows_the_entries_that_match_the_filters(administrator: Browser) -> None:
    paused = make_entry()
    with acting(lambda: Origin("key", 3, "shop")):
        other = make_entry(Action.CLIENT_CREATED, 2)
    today = timezone.localdate().isoformat()
    assert shown(administrator) == [other.pk, paused.pk]
    assert shown(administrator, action="mailing.paused") == [paused.pk]
    assert shown(administrator, object="client", id="#2") == [other.pk]
    assert shown(administrator, actor="key:3") == shown(administrator, actor="key") == [other.pk]
    assert shown(administrator, since=today, until=today) == [other.pk, paused.pk]
    assert shown(administrator, until="2001-01-01") == shown(administrator, since="2999-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        {"actor": "person:x", "id": "\0", "object": "; --", "action": "\0"},
        {"actor": "person:99999999999999999999", "since": "9999-12-31", "until": "0001-01-01"},
        {"since": "2030-02-31", "until": "x", "before": "-1"},
    ],
)
def test_an_invalid_filter_is_ignored(administrator: Browser, query: dict[str, str]) -> None:
    entry = make_entry()
    assert shown(administrator, **query) == [entry.pk]


def test_an_empty_log_explains_its_emptiness(administrator: Browser) -> None:
    page = administrator.get(reverse("console:audit")).content.decode()
    assert "Nothing has been recorded yet." in page
    filtered = administrator.get(reverse("console:audit"), {"actor": "key"}).content.decode()
    assert "No entry matches." in filtered


def test_an_export_of_the_log_keeps_to_the_filters_and_leaves_an_entry(administrator: Browser) -> None:
    make_entry()
    entry = make_entry(Action.CLIENT_CHANGED, 2, object_name="=1+1", fields=["tag"])
    with entries_of() as entries:
        answer: Any = administrator.get(reverse("console:export-audit"), {"object": "client"})
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (row["id"], row["object_name"], row["action"]) == (str(entry.pk), "'=1+1", "client.changed")
    assert json.loads(row["facts"]) == {"fields": ["tag"]}
    assert [(entry.action, entry.facts) for entry in entries] == [
        ("audit.exported", {"filters": {"object": "client"}})
    ]


def test_an_entry_of_an_export_keeps_the_filters_without_the_whole_phone(administrator: Browser) -> None:
    with entries_of() as entries:
        administrator.get(reverse("console:export-clients"), {"phone": "+7 916 123-45-67", "tag": "vip"})
    assert entries[0].facts == {"filters": {"phone": "7916***", "tag": "vip"}}


def test_administrators_find_links_to_the_log_at_mailings_and_clients(logged_in: LogIn) -> None:
    administrator, operator = logged_in("administrator"), logged_in("operator")
    mailing, client = make_running_mailing(), make_client()
    for path, link in (
        (f"/mailings/{mailing.pk}/", f"object=mailing&amp;id={mailing.pk}"),
        (f"/clients/{client.pk}/", f"object=client&amp;id={client.pk}"),
    ):
        assert link in administrator.get(path).content.decode()
        assert link not in operator.get(path).content.decode()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_see_the_audit_log(logged_in: LogIn, role: str) -> None:
    browser, entry = logged_in(role), make_entry()
    paths = ["/settings/audit/", "/settings/audit.csv", f"/settings/audit/{entry.pk}/"]
    assert [browser.get(path).status_code for path in paths] == [403] * 3
    assert "/settings/audit/" not in browser.get("/").content.decode()


def test_the_log_takes_as_many_queries_for_three_entries_as_for_one_entry(administrator: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(administrator)
        return len(captured)

    make_entry()
    one = queries()
    make_entry()
    make_entry()
    assert queries() == one
