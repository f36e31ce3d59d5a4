from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from notification_service.mailings.models import Mailing
from tests.api.answers import NO_MESSAGES, body_of, errors_of, mailing_body, set_status
from tests.api.conftest import Api
from tests.factories import make_client, make_gateway, make_mailing, make_message

pytestmark = pytest.mark.django_db


def test_post_schedules_a_mailing_and_returns_its_location(api: Api) -> None:
    request = {
        "name": "Распродажа",
        "text": "Привет",
        "start_at": "2030-01-31T09:00:00+03:00",
        "end_at": "2030-01-31T21:00:00+03:00",
        "filter": {"operator_codes": ["916", "926", "916"], "tags": ["vip", ""]},
        "send_window": {"from": "09:00", "to": "21:30:15", "days": ["mon", "thu"], "holidays": "RU"},
        "ignores_contact_hours": False,
        "spread_minutes": 90,
        "on_unknown": "give_up",
        "gateway": "main",
        "failover": True,
        "topic": "news",
        "requires_consent": True,
        "ignores_opt_outs": False,
        "reference": "opening-2030",
    }
    answer = api.post("/api/mailings/", request)
    body = body_of(answer)
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver/api/mailings/{body['id']}/"
    assert body == {
        **request,
        "id": Mailing.objects.get().pk,
        "start_at": "2030-01-31T06:00:00Z",
        "end_at": "2030-01-31T18:00:00Z",
        "filter": {"operator_codes": ["916", "926"], "tags": ["vip", ""]},
        "status": "scheduled",
        "messages": NO_MESSAGES,
        "deliveries": {"delivered": 0, "undelivered": 0, "awaited": 0},
        "excluded": {"opted_out": 0, "no_consent": 0, "no_value": 0},
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
        "started_at": None,
        "finished_at": None,
    }


def test_a_mailing_needs_only_a_text_a_start_and_an_end(api: Api) -> None:
    body = body_of(api.post("/api/mailings/", mailing_body()))
    assert body["filter"] == {}
    assert (body["send_window"], body["on_unknown"]) == (None, "send_again")


def test_a_mailing_is_shown_with_its_message_counts(reader: Api) -> None:
    mailing = make_mailing()
    for status in ("sent", "sent", "failed"):
        make_message(mailing=mailing, status=status)
    counts = body_of(reader.get(f"/api/mailings/{mailing.pk}/"))["messages"]
    assert counts == {**NO_MESSAGES, "total": 3, "sent": 2, "failed": 1}


def test_put_resets_the_absent_fields_of_a_mailing_to_their_defaults(api: Api) -> None:
    mailing = make_mailing(tags=["vip"], window_from="09:00", window_to="21:00", on_unknown="give_up")
    body = body_of(api.put(f"/api/mailings/{mailing.pk}/", mailing_body(text="Bye")))
    assert body["text"] == "Bye"
    assert (body["filter"], body["send_window"], body["on_unknown"]) == ({}, None, "send_again")


def test_patch_leaves_the_absent_fields_of_a_mailing_unchanged(api: Api) -> None:
    mailing = make_mailing(tags=["vip"], window_from="09:00", window_to="21:00")
    body = body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"text": "Bye"}))
    assert (body["text"], body["filter"]["tags"]) == ("Bye", ["vip"])
    assert body["send_window"] == {"from": "09:00", "to": "21:00", "days": None, "holidays": None}


def test_patch_replaces_the_whole_filter(api: Api) -> None:
    mailing = make_mailing(tags=["vip"], operator_codes=["916"])
    body = body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"filter": {"tags": ["new"]}}))
    assert body["filter"] == {"tags": ["new"]}


def test_patch_with_null_removes_the_send_window(api: Api) -> None:
    mailing = make_mailing(window_from="09:00", window_to="21:00")
    assert body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"send_window": None}))["send_window"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"filter": {"tags": ["new"]}},
        {"start_at": "2030-01-01T00:00:00Z", "end_at": "2030-01-02T00:00:00Z"},
        {"on_unknown": "give_up"},
    ],
)
def test_filter_start_and_on_unknown_of_a_running_mailing_cannot_be_changed(
    api: Api, change: dict[str, Any]
) -> None:
    mailing = make_mailing(status="running")
    answer = api.patch(f"/api/mailings/{mailing.pk}/", change)
    assert answer.status_code == 409
    assert errors_of(answer) == {}


def test_the_text_of_a_running_mailing_can_be_changed(api: Api) -> None:
    mailing = make_mailing(status="running")
    assert body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"text": "Bye"}))["text"] == "Bye"


@pytest.mark.parametrize(
    ("action", "before", "status", "after"),
    [
        ("pause", "running", 200, "paused"),
        ("pause", "scheduled", 409, "scheduled"),
        ("resume", "paused", 200, "running"),
        ("pause", "paused", 200, "paused"),
        ("resume", "running", 200, "running"),
        ("resume", "scheduled", 409, "scheduled"),
        ("cancel", "cancelled", 200, "cancelled"),
        ("cancel", "scheduled", 200, "cancelled"),
        ("cancel", "paused", 200, "cancelled"),
        ("cancel", "finished", 409, "finished"),
    ],
)
def test_an_action_changes_only_the_statuses_that_allow_it(
    api: Api, action: str, before: str, status: int, after: str
) -> None:
    mailing = make_mailing()
    set_status(mailing, before)
    answer = api.post(f"/api/mailings/{mailing.pk}/{action}/")
    mailing.refresh_from_db()
    assert (answer.status_code, mailing.status) == (status, after)


@pytest.mark.parametrize("body", [{"reason": "none"}, [], "now"])
def test_an_action_with_a_body_is_refused(api: Api, body: Any) -> None:
    mailing = make_mailing(status="running")
    assert api.post(f"/api/mailings/{mailing.pk}/pause/", body).status_code == 400


def test_delete_hides_the_mailing_and_its_messages(api: Api) -> None:
    message = make_message()
    path = f"/api/mailings/{message.mailing_id}/"
    assert api.delete(path).status_code == 204
    assert [api.get(path).status_code, api.delete(path).status_code] == [404, 404]
    assert api.get(f"{path}info/").status_code == 404
    assert api.get(f"/api/messages/{message.pk}/").status_code == 404
    assert body_of(api.get("/api/messages/"))["results"] == []
    assert body_of(api.get("/api/messages/", mailing=message.mailing_id))["results"] == []
    assert body_of(api.get("/api/mailings/fullinfo/"))["messages"] == NO_MESSAGES


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ({}, 3),
        ({"operator_codes": ["916"]}, 2),
        ({"tags": ["vip"]}, 2),
        ({"operator_codes": ["916"], "tags": ["vip"]}, 1),
        ({"operator_codes": ["916", "926"], "tags": ["vip", ""]}, 3),
        ({"tags": ["nobody"]}, 0),
    ],
)
def test_the_audience_of_a_filter_is_counted(reader: Api, audience: dict[str, Any], expected: int) -> None:
    make_client(operator_code="916", tag="vip")
    make_client(operator_code="916")
    make_client(operator_code="926", tag="vip")
    assert body_of(reader.post("/api/mailings/audience/", audience))["clients"] == expected


@pytest.mark.parametrize("field", ["operator_codes", "tags"])
def test_an_empty_list_of_a_filter_is_not_taken_for_everyone(api: Api, field: str) -> None:
    make_client()
    mailing = make_mailing(tags=["vip"])
    for method, path, body, pointer in (
        ("POST", "/api/mailings/", mailing_body(filter={field: []}), f"#/filter/{field}"),
        ("PUT", f"/api/mailings/{mailing.pk}/", mailing_body(filter={field: []}), f"#/filter/{field}"),
        ("PATCH", f"/api/mailings/{mailing.pk}/", {"filter": {field: []}}, f"#/filter/{field}"),
        ("POST", "/api/mailings/audience/", {field: []}, f"#/{field}"),
    ):
        answer = api.send(method, path, body)
        words = "An empty list matches nobody; leave the key out to restrict nothing."
        assert (answer.status_code, errors_of(answer)) == (400, {pointer: words})
    assert Mailing.objects.get().tags == ["vip"]


@pytest.mark.parametrize("audience", [{}, {"tags": ["vip", ""]}, {"operator_codes": ["916"], "tags": ["a"]}])
def test_a_filter_is_returned_with_what_restricts_alone(api: Api, audience: dict[str, Any]) -> None:
    mailing = make_mailing(**audience)  # absent is an empty list in the row
    shown = body_of(api.get(f"/api/mailings/{mailing.pk}/"))["filter"]
    assert shown == audience
    assert api.patch(f"/api/mailings/{mailing.pk}/", {"filter": shown}).status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "running"}, ["b"]),
        ({"search": "SALE"}, ["b"]),
        ({"start_from": "2030-01-02T00:00:00Z"}, ["b"]),
        ({"start_before": "2030-01-02T00:00:00Z"}, ["a"]),
        ({"start_from": "2030-01-02T03:00:00+03:00"}, ["b"]),
        ({"ordering": "id"}, ["a", "b"]),
        ({}, ["b", "a"]),
    ],
)
def test_the_list_of_mailings_is_filtered_and_ordered(
    reader: Api, query: dict[str, Any], expected: list[str]
) -> None:
    first, second = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)
    end = second + timedelta(days=1)
    names = {
        make_mailing(start_at=first, end_at=end).pk: "a",
        make_mailing(start_at=second, end_at=end, status="running", text="Big sale").pk: "b",
    }
    body = body_of(reader.get("/api/mailings/", **query))
    assert [names[row["id"]] for row in body["results"]] == expected


def test_a_mailing_may_start_in_1970_and_end_in_9999(api: Api) -> None:
    times = {"start_at": "1970-01-01T00:00:00Z", "end_at": "9999-12-30T00:00:00+00:00"}
    assert api.post("/api/mailings/", mailing_body(**times)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"start_at": "2031-01-01T00:00:00Z", "end_at": "2030-01-01T00:00:00Z"}, "#/end_at"),
        ({"start_at": "2030-01-01T03:00:00+03:00", "end_at": "2030-01-01T00:00:00Z"}, "#/end_at"),
        ({"start_at": "2020-01-01T00:00:00Z", "end_at": "2020-01-02T00:00:00Z"}, "#/end_at"),
    ],
)
def test_an_end_in_the_past_or_not_after_the_start_is_refused(api: Api, changes: Any, pointer: str) -> None:
    answer = api.post("/api/mailings/", mailing_body(**changes))
    assert answer.status_code == 400
    assert list(errors_of(answer)) == [pointer]
    assert not Mailing.objects.exists()


def test_the_end_cannot_be_moved_before_the_start(api: Api) -> None:
    mailing = make_mailing(start_at=timezone.now() + timedelta(hours=1))
    answer = api.patch(f"/api/mailings/{mailing.pk}/", {"end_at": timezone.now().isoformat()})
    assert (answer.status_code, list(errors_of(answer))) == (400, ["#/end_at"])


def test_an_unknown_gateway_is_refused(api: Api) -> None:
    answer = api.post("/api/mailings/", mailing_body(gateway="pigeon"))
    assert answer.status_code == 400
    assert errors_of(answer) == {"#/gateway": "There is no gateway of this name."}


def test_the_gateway_and_failover_of_a_running_mailing_can_be_changed(api: Api) -> None:
    mailing = make_mailing(status="running")
    gateway = make_gateway()
    body = body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"gateway": gateway.name, "failover": True}))
    assert (body["gateway"], body["failover"]) == (gateway.name, True)
    assert body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"gateway": None}))["gateway"] is None


def test_a_mailing_goes_to_clients_by_the_outcome_of_another(api: Api) -> None:
    source = make_mailing()
    wanted = {"outcome_of": {"mailing": source.pk, "statuses": ["failed", "unknown", "failed"]}}
    body = body_of(api.post("/api/mailings/", mailing_body(filter=wanted)))
    shown = {"outcome_of": {"mailing": source.pk, "statuses": ["failed", "unknown"]}}
    assert body["filter"] == shown
    path = f"/api/mailings/{body['id']}/"
    assert body_of(api.patch(path, {"filter": shown}))["filter"] == shown
    assert body_of(api.patch(path, {"filter": {"tags": ["vip"]}}))["filter"] == {"tags": ["vip"]}


def test_who_may_have_a_message_counts_only_where_it_is_named(api: Api) -> None:
    wanted = {"outcome_of": {"mailing": make_mailing().pk}}
    made = body_of(api.post("/api/mailings/", mailing_body(filter=wanted)))
    changed = body_of(api.patch(f"/api/mailings/{make_mailing().pk}/", {"filter": wanted}))
    for body in (made, changed):
        assert body["filter"]["outcome_of"]["statuses"] == ["failed", "expired", "cancelled"]


def test_the_clients_of_an_outcome_are_counted(reader: Api) -> None:
    source = make_mailing()
    for status in ("failed", "expired", "cancelled", "unknown", "sent", "pending"):
        make_message(mailing=source, status=status)
    for outcome, clients in (({}, 3), ({"statuses": ["unknown"]}, 1), ({"statuses": ["sent", "failed"]}, 2)):
        wanted = {"outcome_of": {"mailing": source.pk, **outcome}}
        assert body_of(reader.post("/api/mailings/audience/", wanted))["clients"] == clients


@pytest.mark.parametrize(
    ("outcome", "pointer"),
    [
        ({"mailing": 2**62}, "#/filter/outcome_of/mailing"),
        ({"mailing": "1"}, "#/filter/outcome_of/mailing"),
        ({"mailing": True}, "#/filter/outcome_of/mailing"),
        ({"statuses": ["failed"]}, "#/filter/outcome_of/mailing"),
        ({"mailing": 1, "statuses": []}, "#/filter/outcome_of/statuses"),
        ({"mailing": 1, "statuses": ["pending"]}, "#/filter/outcome_of/statuses/0"),
        ({"mailing": 1, "reason": "http_status"}, "#/filter/outcome_of/reason"),
        (None, "#/filter/outcome_of"),
        (12, "#/filter/outcome_of"),
    ],
)
def test_an_outcome_that_is_none_is_refused(api: Api, outcome: Any, pointer: str) -> None:
    answer = api.post("/api/mailings/", mailing_body(filter={"outcome_of": outcome}))
    assert answer.status_code == 400
    assert pointer in errors_of(answer)
    answer = api.patch(f"/api/mailings/{make_mailing().pk}/", {"filter": {"outcome_of": outcome}})
    assert answer.status_code == 400
    assert pointer in errors_of(answer)


def test_a_mailing_that_follows_a_deleted_one_can_still_be_changed(api: Api) -> None:
    source = make_mailing()
    follower = make_mailing(outcome_of_mailing=source.pk, outcome_of_statuses=["failed"])
    api.delete(f"/api/mailings/{source.pk}/")
    shown = body_of(api.get(f"/api/mailings/{follower.pk}/"))
    assert api.patch(f"/api/mailings/{follower.pk}/", {**shown, "text": "Other"}).status_code == 200


def test_a_text_of_an_older_version_that_cannot_be_read_can_be_sent_back(api: Api) -> None:
    mailing = make_mailing(text="{{a.b}}")
    address = f"/api/v1/mailings/{mailing.pk}/"
    read = {name: body_of(api.get(address))[name] for name in mailing_body()}
    assert api.put(address, read).status_code == 200
    assert list(errors_of(api.patch(address, {"text": "{{a.b}}!"}))) == ["#/text"]
