"""A client's tags, and the client with a phone."""

import threading
from typing import Any

import pytest
from django.db import connection

from notification_service.directory.models import Client
from tests.api.answers import CLIENT, body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client

pytestmark = pytest.mark.django_db

PHONE = CLIENT["phone"]
BY_PHONE = f"/api/clients/by-phone/{PHONE}/"
BODY = {"timezone": "Asia/Omsk"}
FIFTY_ONE = [str(number) for number in range(51)]


def tags_of(answer: Any) -> tuple[str, list[str]]:
    body = body_of(answer)
    stored = Client.objects.values_list("tag", "tags").get(pk=body["id"])
    assert stored == (body["tag"], body["tags"])
    return body["tag"], body["tags"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, ("", [])),
        ({"tags": []}, ("", [])),
        ({"tag": ""}, ("", [])),
        ({"tag": " vip\u200b"}, ("vip", ["vip"])),
        ({"tags": ["vip", " new "]}, ("vip", ["vip", "new"])),
        ({"tag": "vip", "tags": ["vip", "new"]}, ("vip", ["vip", "new"])),
        ({"tag": "", "tags": []}, ("", [])),
    ],
)
def test_a_client_has_the_tags_that_a_request_says_and_tag_is_the_first(
    api: Api, said: dict[str, Any], kept: tuple[str, list[str]]
) -> None:
    assert tags_of(api.post("/api/clients/", CLIENT | said)) == kept
    client = make_client(tags=["before", "and", "after"])
    path = f"/api/clients/{client.pk}/"
    assert tags_of(api.put(path, CLIENT | said | {"phone": client.phone})) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"timezone": "Asia/Omsk"}, ("vip", ["vip", "new"])),
        ({"tag": "vip"}, ("vip", ["vip"])),
        ({"tag": ""}, ("", [])),
        ({"tags": ["new", "vip"]}, ("new", ["new", "vip"])),
    ],
)
def test_a_tag_written_alone_is_the_only_one(
    api: Api, said: dict[str, Any], kept: tuple[str, list[str]]
) -> None:
    client = make_client(tags=["vip", "new"])
    assert tags_of(api.patch(f"/api/clients/{client.pk}/", said)) == kept


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"tags": "vip"}, {"#/tags": "Must be a list of strings."}),
        ({"tags": None}, {"#/tags": "This field may not be null."}),
        ({"tags": FIFTY_ONE}, {"#/tags": "Must have no more than 50 tags."}),
        ({"tags": ["vip", ""]}, {"#/tags/1": "Must not be empty."}),
        ({"tags": ["vip", 7]}, {"#/tags/1": "Must be a string."}),
        ({"tags": ["x" * 256]}, {"#/tags/0": "Must have no more than 255 characters."}),
        ({"tags": ["a\nb"]}, {"#/tags/0": "Must be one line without control characters."}),
        ({"tags": ["\0"]}, {"#/tags/0": "Must not contain the character NUL or a lone surrogate."}),
        ({"tags": ["vip", "vip\u200b"]}, {"#/tags/1": "Is in the list already."}),
        ({"tag": "a\nb"}, {"#/tag": "Must be one line without control characters."}),
        ({"tag": "new", "tags": ["vip", "new"]}, {"#/tag": "Must be the first of `tags`."}),
        ({"tag": "", "tags": ["vip"]}, {"#/tag": "Must be the first of `tags`."}),
        ({"tag": "vip", "tags": []}, {"#/tag": "Must be the first of `tags`."}),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_tags_that_no_client_may_have_are_refused_with_their_place(
    api: Api, said: dict[str, Any], errors: dict[str, str]
) -> None:
    client = make_client(tags=["vip"])
    body = CLIENT | said
    answers = [
        api.post("/api/clients/", body),
        api.put(BY_PHONE, body),
        api.patch(f"/api/clients/{client.pk}/", said),
    ]
    assert [(answer.status_code, errors_of(answer)) for answer in answers] == [(400, errors)] * 3
    assert list(Client.objects.values_list("tags")) == [(["vip"],)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tag": "vip"}, ["c", "a"]),
        ({"tag": "new"}, ["c", "b"]),
        ({"tag": ""}, ["d"]),
        ({"tag": "vi"}, []),
        ({"search": "EW"}, ["c", "b"]),
    ],
)
def test_clients_are_found_by_any_of_their_tags(api: Api, query: dict[str, Any], expected: list[str]) -> None:
    tagged = {"a": ["vip"], "b": ["new"], "c": ["new", "vip"], "d": []}
    names = {make_client(tags=tags).pk: name for name, tags in tagged.items()}
    assert [names[row["id"]] for row in body_of(api.get("/api/clients/", **query))["results"]] == expected


def test_a_list_of_clients_by_a_tag_with_a_line_break_is_refused(api: Api) -> None:
    answer = api.get("/api/clients/", tag="a\nb")
    assert (answer.status_code, list(errors_of(answer))) == (400, ["?tag"])


@pytest.mark.parametrize(("tags", "clients"), [(["vip"], 2), (["new", "vip"], 3), (["new", ""], 3)])
def test_an_audience_has_clients_with_any_tag_among_all_of_theirs(
    api: Api, tags: list[str], clients: int
) -> None:
    for theirs in (["vip"], ["new"], ["new", "vip"], []):
        make_client(tags=theirs)
    assert body_of(api.post("/api/mailings/audience/", {"tags": tags}))["clients"] == clients


def test_a_filter_with_a_line_break_in_a_tag_is_refused(api: Api) -> None:
    answer = api.post("/api/mailings/audience/", {"tags": ["vip", "a\nb"]})
    assert (answer.status_code, list(errors_of(answer))) == (400, ["#/tags/1"])


def test_a_repeated_request_with_the_tags_in_another_order_is_another_request(api: Api) -> None:
    made = {**CLIENT, "tags": ["vip", "new", "east"]}
    other = {**CLIENT, "tags": ["vip", "east", "new"]}
    head = {"Idempotency-Key": "anna"}
    statuses = [api.post("/api/clients/", body, **head).status_code for body in (made, made, other)]
    assert statuses == [201, 201, 422]


def test_put_by_phone_creates_the_client_and_then_replaces_it(api: Api) -> None:
    made = api.put(BY_PHONE, {**BODY, "tags": ["vip", "new"], "attributes": {"age": 30}})
    client = Client.objects.get(phone=PHONE)
    assert made.status_code == 201
    assert made["Location"] == f"http://testserver/api/clients/{client.pk}/"
    assert (body_of(made)["phone"], body_of(made)["operator_code"]) == (PHONE, PHONE[1:4])
    again = api.put(BY_PHONE, {"phone": PHONE, "timezone": "Asia/Tokyo"})
    assert again.status_code == 200
    shown = body_of(again)
    assert (shown["id"], shown["timezone"], shown["tags"]) == (client.pk, "Asia/Tokyo", [])
    assert shown["attributes"] == {}


def test_put_by_phone_changes_nothing_if_it_is_repeated(api: Api) -> None:
    first = body_of(api.put(BY_PHONE, {**BODY, "tags": ["vip"]}))
    again = api.put(BY_PHONE, {**BODY, "tags": ["vip"]})
    assert (again.status_code, body_of(again)) == (200, first)
    assert body_of(api.put(BY_PHONE, first)) == first  # as it was shown


@pytest.mark.parametrize(
    ("phone", "body", "errors"),
    [
        ("7916", BODY, {"#/phone": "Must be 11 digits, the first a 7."}),
        ("79161234567%0A", BODY, {"#/phone": "Must be 11 digits, the first a 7."}),
        (
            PHONE,
            {**BODY, "phone": "79160000000"},
            {"#/phone": "Must be the phone of the address, or left out."},
        ),
        (
            PHONE,
            {**BODY, "phone": 79161234567},
            {"#/phone": "Must be the phone of the address, or left out."},
        ),
        (PHONE, {}, {"#/timezone": "This field is required."}),
        (PHONE, {**BODY, "age": 7}, {"#/age": "There is no such field."}),
    ],
)
def test_put_by_phone_refuses_another_phone_and_bad_values(
    api: Api, phone: str, body: Any, errors: dict[str, str]
) -> None:
    answer = api.put(f"/api/clients/by-phone/{phone}/", body)
    assert (answer.status_code, errors_of(answer)) == (400, errors)
    assert not Client.objects.exists()


@pytest.mark.parametrize("body", [[], "vip", 7, None], ids=repr)
def test_put_by_phone_refuses_what_is_no_object(api: Api, body: Any) -> None:
    assert api.put(BY_PHONE, body).status_code == 400


def test_put_by_phone_honours_if_match(api: Api) -> None:
    assert api.send("PUT", BY_PHONE, BODY, **{"If-Match": '"old"'}).status_code == 412
    assert not Client.objects.exists()
    api.put(BY_PHONE, BODY)
    tag = api.get(f"/api/clients/{Client.objects.get().pk}/")["ETag"]
    changed = {"timezone": "Asia/Tokyo"}
    assert api.send("PUT", BY_PHONE, changed, **{"If-Match": tag}).status_code == 200
    assert api.send("PUT", BY_PHONE, BODY, **{"If-Match": tag}).status_code == 412


@pytest.mark.django_db(transaction=True)
def test_of_concurrent_puts_by_phone_one_creates_the_client_and_the_others_change_it(write_key: str) -> None:
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def put(zone: str) -> None:
        barrier.wait()
        statuses.append(Api(write_key).put(BY_PHONE, {"timezone": zone}).status_code)
        connection.close()

    zones = ("Asia/Omsk", "Asia/Tokyo", "Europe/Moscow", "Europe/Samara")
    threads = [threading.Thread(target=put, args=(zone,)) for zone in zones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 201]
    assert Client.objects.get().timezone in zones
