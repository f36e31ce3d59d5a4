"""Segments: filters under a name, which nobody takes away from whoever uses them."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.directory.models import Segment
from notification_service.mailings.models import Mailing
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api, session_with
from tests.factories import make_client, make_mailing, make_segment

pytestmark = pytest.mark.django_db

VIPS = {"tags": ["vip"]}
KAZAN = {"where": {"field": "attributes.city", "op": "eq", "value": "Kazan"}}


def path(segment: Segment) -> str:
    return f"/api/segments/{segment.pk}/"


def test_a_segment_is_saved_and_shown_with_how_many_clients_are_in_it(api: Api) -> None:
    make_client(tag="vip", attributes={"city": "Kazan"})
    make_client(tag="vip")
    made = api.post("/api/segments/", {"name": " Kazan ", "filter": VIPS | KAZAN})
    shown = api.get(made["Location"])
    body = body_of(made)
    assert made.status_code == 201
    assert (body["name"], body["filter"]) == ("Kazan", VIPS | KAZAN)
    assert body_of(shown) == {**body, "clients": 1}
    assert body_of(api.get("/api/segments/"))["results"] == [body]


def test_what_was_shown_of_a_segment_can_be_sent_back(api: Api) -> None:
    segment = make_segment(filter=VIPS)
    shown = body_of(api.get(path(segment)))
    assert api.put(path(segment), {**shown, "name": "Other"}).status_code == 200
    assert api.patch(path(segment), {"filter": KAZAN}).status_code == 200
    segment.refresh_from_db()
    assert (segment.name, segment.filter) == ("Other", KAZAN)


def test_a_segment_is_made_once_for_an_idempotency_key(api: Api) -> None:
    body = {"name": "Kazan", "filter": KAZAN}
    first, again = (api.post("/api/segments/", body, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert (body_of(first), again["Idempotency-Replayed"]) == (body_of(again), "true")
    other = api.post("/api/segments/", body | {"filter": VIPS}, **{"Idempotency-Key": "a"})
    assert other.status_code == 422


def test_a_segment_that_has_changed_since_it_was_read_is_not_overwritten(api: Api) -> None:
    segment = make_segment()
    etag = api.get(path(segment))["ETag"]
    api.patch(path(segment), {"filter": VIPS})
    stale = api.send("PATCH", path(segment), {"filter": KAZAN}, **{"If-Match": etag})
    assert stale.status_code == api.send("DELETE", path(segment), **{"If-Match": etag}).status_code == 412


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/name", "#/filter"]),
        ({"name": "", "filter": {}}, ["#/name"]),
        ({"name": "x" * 65, "filter": {}}, ["#/name"]),
        ({"name": "a\nb", "filter": {}}, ["#/name"]),
        ({"name": "a", "filter": None}, ["#/filter"]),
        ({"name": "a", "filter": [], "size": 1}, ["#/filter", "#/size"]),
        ({"name": "a", "filter": {"where": {"any": [{"field": "x"}]}}}, ["#/filter/where/any/0/op"]),
        ({"name": "a", "filter": {"segment": "none"}}, ["#/filter/segment"]),
        ({"name": "a", "filter": {"segment": "a"}}, ["#/filter/segment"]),
        ({"name": "a", "filter": {"exclude": {"segment": "none"}}}, ["#/filter/exclude/segment"]),
        (
            {"name": "a", "filter": {"exclude": {"outcome_of": {"mailing": 2**60}}}},
            ["#/filter/exclude/outcome_of/mailing"],
        ),
        ({"name": "taken", "filter": {}}, ["#/name"]),
    ],
)
def test_a_segment_that_is_wrong_is_refused_and_nothing_is_kept(
    api: Api, body: dict[str, Any], pointers: list[str]
) -> None:
    make_segment(name="taken")
    answer = api.post("/api/segments/", body)
    assert answer.status_code == (409 if body.get("name") == "taken" else 400)
    assert set(errors_of(answer)) >= set(pointers)
    assert [segment.name for segment in Segment.objects.all()] == ["taken"]


def test_a_segment_that_would_name_itself_through_two_others_is_refused(api: Api) -> None:
    first = make_segment(name="first")
    make_segment(name="second", filter={"segment": "first"})
    make_segment(name="third", filter={"exclude": {"segment": "second"}})
    answer = api.patch(path(first), {"filter": {"segment": "third"}})
    assert answer.status_code == 400
    assert errors_of(answer) == {
        "#/filter/segment": "The segment would name itself: first → third → second → first."
    }


def test_a_segment_in_use_is_neither_deleted_nor_renamed(api: Api) -> None:
    segment = make_segment(name="used")
    mailing = make_mailing(segment="used")
    make_segment(name="outer", filter={"exclude": {"segment": "used"}})
    for answer in (api.delete(path(segment)), api.patch(path(segment), {"name": "new"})):
        assert answer.status_code == 409
        assert body_of(answer)["detail"].endswith(f"it is used by mailing {mailing.pk}, segment “outer”.")
    assert Segment.objects.filter(name="used").exists()


def test_a_segment_that_a_mailing_excludes_is_in_use(api: Api) -> None:
    segment = make_segment(name="used")
    make_mailing(exclude={"segment": "used"})
    assert api.delete(path(segment)).status_code == 409


@pytest.mark.parametrize("status", ["running", "paused", "finished", "cancelled"])
def test_a_segment_of_a_mailing_that_has_started_can_be_deleted(api: Api, status: str) -> None:
    segment = make_segment(name="used")
    make_mailing(segment="used", status=status)
    assert api.delete(path(segment)).status_code == 204
    assert api.get(path(segment)).status_code == 404


def test_a_key_that_reads_cannot_change_segments(reader: Api) -> None:
    segment = make_segment()
    assert reader.get(path(segment)).status_code == 200
    assert reader.post("/api/segments/", {"name": "a", "filter": {}}).status_code == 403
    assert reader.delete(path(segment)).status_code == 403


def test_a_mailing_names_a_segment_that_is_there(api: Api) -> None:
    make_segment(name="vips")
    for filter_, pointer in (
        ({"segment": "none"}, "#/filter/segment"),
        ({"segment": "vips", "exclude": {"segment": "none"}}, "#/filter/exclude/segment"),
    ):
        answer = api.post("/api/mailings/", mailing_body(filter=filter_))
        assert errors_of(answer) == {pointer: "There is no such segment."}
        mailing = make_mailing()
        answer = api.patch(f"/api/mailings/{mailing.pk}/", {"filter": filter_})
        assert errors_of(answer) == {pointer: "There is no such segment."}
    body = body_of(api.post("/api/mailings/", mailing_body(filter={"segment": "vips"})))
    assert body["filter"] == {"segment": "vips"}
    assert Mailing.objects.get(pk=body["id"]).segment == "vips"


def test_the_attributes_of_clients_are_listed_with_how_many_have_each(reader: Api) -> None:
    make_client(attributes={"city": "Kazan", "age": 30, "gone": None})
    make_client(attributes={"city": "Omsk", "age": "thirty", "vip": True})
    make_client(attributes={"city": 7})
    assert body_of(reader.get("/api/clients/attributes/")) == {
        "results": [
            {"name": "city", "clients": 3, "strings": 2, "numbers": 1, "booleans": 0},
            {"name": "age", "clients": 2, "strings": 1, "numbers": 1, "booleans": 0},
            {"name": "vip", "clients": 1, "strings": 0, "numbers": 0, "booleans": 1},
        ]
    }


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_segments_wait_for_each_other_so_that_they_make_no_circle(api: Api) -> None:
    segment = make_segment()
    lock = "SELECT pg_advisory_xact_lock(hashtextextended('notification_service:segments', 0))"
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters) as other, session_with(lock_timeout="20ms"):
        other.execute(lock)
        answers = [
            api.patch(path(segment), {"filter": VIPS}),
            api.post("/api/segments/", {"name": "a", "filter": {}}),
            api.delete(path(segment)),
        ]
    assert [answer.status_code for answer in answers] == [503] * 3
