from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.audit.origin import Origin, acting
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.api.test_gateways import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Api:
    return person("administrator")


def make_entry(action: Action = Action.CLIENT_CHANGED, object_id: int = 1, **about: Any) -> Entry:
    record(action, object_id=object_id, **about)
    return Entry.objects.latest("pk")


def found(caller: Api, **query: Any) -> list[int]:
    return [row["id"] for row in body_of(caller.get("/api/audit/", **query))["results"]]


def test_an_entry_is_shown_with_all_its_fields(administrator: Api) -> None:
    with acting(lambda: Origin("key", 3, "shop", "203.0.113.7", "api", "asked-1")):
        entry = make_entry(Action.MAILING_CHANGED, 12, changes={"text": ("a", "b")}, why="x")
    body = body_of(administrator.get(f"/api/audit/{entry.pk}/"))
    assert body.pop("at")
    assert body == {
        "id": entry.pk,
        "action": "mailing.changed",
        "object": {"kind": "mailing", "id": 12, "name": ""},
        "actor": {"kind": "key", "id": 3, "name": "shop"},
        "address": "203.0.113.7",
        "source": "api",
        "request_id": "asked-1",
        "changes": {"text": {"before": "a", "after": "b"}},
        "facts": {"why": "x"},
    }


def test_the_log_is_paged_with_the_newest_entry_first(administrator: Api) -> None:
    made = [make_entry().pk for _ in range(3)]
    page = body_of(administrator.get("/api/audit/", page_size=2))
    assert [row["id"] for row in page["results"]] == made[:0:-1]
    rest = body_of(administrator.http.get(page["next"]))
    assert [row["id"] for row in rest["results"]] == made[:1]


def test_the_log_is_filtered_by_action_object_and_actor(administrator: Api) -> None:
    changed, deleted = make_entry(object_id=1), make_entry(Action.CLIENT_DELETED, 2)
    with acting(lambda: Origin("key", 3, "shop")):
        by_key = make_entry(Action.MAILING_PAUSED, 1)
    assert found(administrator, action="client.deleted") == [deleted.pk]
    assert found(administrator, object="client") == [deleted.pk, changed.pk]
    assert found(administrator, object="client:1") == [changed.pk]
    assert found(administrator, actor="key") == found(administrator, actor="key:3") == [by_key.pk]
    assert found(administrator, actor="key:4") == []


def test_the_log_is_filtered_by_time(administrator: Api) -> None:
    entry = make_entry()
    before, after = entry.at - timedelta(seconds=1), timezone.now() + timedelta(seconds=1)
    assert found(administrator, at_from=before.isoformat(), at_before=after.isoformat()) == [entry.pk]
    assert found(administrator, at_before=before.isoformat()) == []
    assert found(administrator, at_from=after.isoformat()) == []


@pytest.mark.parametrize(
    "query",
    [
        {"action": "client"},
        {"object": "client:0"},
        {"object": "client:1;--"},
        {"object": "client:1\n"},
        {"object": "nothing:1"},
        {"actor": "key:9999999999999999999"},
        {"at_from": "2030-01-01"},
    ],
)
def test_a_malformed_filter_is_refused(administrator: Api, query: dict[str, str]) -> None:
    answer = administrator.get("/api/audit/", **query)
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"?{next(iter(query))}"])


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_read_the_audit_log(role: str, api: Api) -> None:
    entry = make_entry()
    for caller in (person(role), api):
        for path in ("/api/audit/", f"/api/audit/{entry.pk}/"):
            assert caller.get(path).status_code == 403


def test_nobody_writes_the_audit_log_through_the_api(administrator: Api) -> None:
    entry = make_entry()
    answers = [
        administrator.post("/api/audit/", {}),
        administrator.patch(f"/api/audit/{entry.pk}/", {"action": "x"}),
        administrator.delete(f"/api/audit/{entry.pk}/"),
    ]
    assert [answer.status_code for answer in answers] == [405, 405, 405]


def test_an_unknown_entry_is_not_found(administrator: Api) -> None:
    assert administrator.get("/api/audit/1/").status_code == 404


def test_a_page_takes_as_many_queries_for_three_entries_as_for_one_entry(administrator: Api) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert administrator.get("/api/audit/").status_code == 200
        return len(captured)

    make_entry()
    one = queries()
    make_entry()
    make_entry()
    assert queries() == one
