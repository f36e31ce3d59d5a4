import threading
from typing import Any

import pytest
from django.db import connection

from notification_service.directory.models import Client
from notification_service.mailings.models import Message
from tests.api.answers import CLIENT, body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client, make_message

pytestmark = pytest.mark.django_db


def test_post_creates_a_client_and_returns_its_location(api: Api) -> None:
    answer = api.post("/api/clients/", {**CLIENT, "tag": "vip", "attributes": {"name": "Анна", "age": 30}})
    body = body_of(answer)
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver/api/clients/{body['id']}/"
    assert body == {
        "id": Client.objects.get().pk,
        "phone": "79161234567",
        "operator_code": "916",
        "tag": "vip",
        "tags": ["vip"],
        "timezone": "Europe/Moscow",
        "external_id": None,
        "attributes": {"name": "Анна", "age": 30},
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }


def test_an_operator_code_may_differ_from_that_of_the_phone(api: Api) -> None:
    assert body_of(api.post("/api/clients/", {**CLIENT, "operator_code": "999"}))["operator_code"] == "999"


def test_get_shows_a_client(api: Api) -> None:
    client = make_client(tag="vip")
    body = body_of(api.get(f"/api/clients/{client.pk}/"))
    assert (body["id"], body["phone"], body["tag"]) == (client.pk, client.phone, "vip")


def test_put_resets_the_absent_fields_of_a_client_to_their_defaults(api: Api) -> None:
    client = make_client(tag="vip", attributes={"name": "Anna"}, operator_code="999")
    body = body_of(api.put(f"/api/clients/{client.pk}/", CLIENT))
    assert (body["tag"], body["attributes"], body["operator_code"]) == ("", {}, "916")


def test_patch_leaves_the_absent_fields_of_a_client_unchanged(api: Api) -> None:
    client = make_client(tag="vip", operator_code="999")
    body = body_of(api.patch(f"/api/clients/{client.pk}/", {"timezone": "Asia/Omsk"}))
    assert (body["tag"], body["timezone"], body["operator_code"]) == ("vip", "Asia/Omsk", "999")


def test_a_change_that_changes_nothing_leaves_no_trace(api: Api) -> None:
    client = make_client(tag="vip")
    path = f"/api/clients/{client.pk}/"
    before = body_of(api.get(path))
    assert body_of(api.patch(path, {"tag": "vip", "phone": client.phone})) == before


def test_delete_hides_the_client_and_cancels_the_pending_messages(api: Api) -> None:
    message = make_message()
    path = f"/api/clients/{message.client_id}/"
    assert api.delete(path).status_code == 204
    assert [api.get(path).status_code, api.delete(path).status_code] == [404, 404]
    assert Message.objects.get().status == "cancelled"
    assert body_of(api.get("/api/clients/"))["results"] == []


def test_the_phone_of_a_deleted_client_may_be_used_again(api: Api) -> None:
    client = make_client(phone=CLIENT["phone"])
    api.delete(f"/api/clients/{client.pk}/")
    assert api.post("/api/clients/", CLIENT).status_code == 201


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_the_phone_of_another_client_is_refused(api: Api, method: str) -> None:
    existing = make_client(phone=CLIENT["phone"])
    path = "/api/clients/" if method == "POST" else f"/api/clients/{make_client().pk}/"
    answer = api.send(method, path, CLIENT)
    assert answer.status_code == 409
    assert errors_of(answer) == {"#/phone": "Another client has this phone."}
    url = f"http://testserver/api/clients/{existing.pk}/"
    assert body_of(answer)["existing"] == {"id": existing.pk, "url": url}


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_create_only_one_client_with_a_phone(write_key: str) -> None:
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def add() -> None:
        barrier.wait()
        statuses.append(Api(write_key).post("/api/clients/", CLIENT).status_code)
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"phone": "79160000001"}, ["a"]),
        ({"operator_code": "926"}, ["b"]),
        ({"tag": "vip"}, ["a"]),
        ({"tag": ""}, ["c"]),
        ({"timezone": "Asia/Omsk"}, ["b"]),
        ({"search": "7926"}, ["b"]),
        ({"search": "VI"}, ["a"]),
        ({"search": ""}, ["c", "b", "a"]),
        ({"operator_code": "916", "tag": "regular"}, []),
        ({"ordering": "phone"}, ["c", "a", "b"]),
        ({"ordering": "-phone"}, ["b", "a", "c"]),
        ({"ordering": "id"}, ["a", "b", "c"]),
    ],
)
def test_the_list_of_clients_is_filtered_and_ordered(
    api: Api, query: dict[str, Any], expected: list[str]
) -> None:
    names = {
        make_client(phone="79160000001", operator_code="916", tag="vip").pk: "a",
        make_client(phone="79260000001", operator_code="926", tag="regular", timezone="Asia/Omsk").pk: "b",
        make_client(phone="79050000001").pk: "c",
    }
    body = body_of(api.get("/api/clients/", **query))
    assert [names[row["id"]] for row in body["results"]] == expected


@pytest.mark.parametrize(
    "attributes",
    [{}, {"a": None, "b": True, "c": 1, "d": -1.5, "e": "ё"}, {str(n): n for n in range(100)}],
)
def test_attributes_are_returned_unchanged(api: Api, attributes: dict[str, Any]) -> None:
    assert (
        body_of(api.post("/api/clients/", {**CLIENT, "attributes": attributes}))["attributes"] == attributes
    )


def test_an_external_id_is_unique_where_it_is_given(api: Api) -> None:
    first = body_of(api.post("/api/v1/clients/", {**CLIENT, "external_id": "crm-1"}))
    assert first["external_id"] == "crm-1"
    for number in range(2):  # none is not a value
        other = {**CLIENT, "phone": f"7926000000{number}"}
        assert body_of(api.post("/api/v1/clients/", other))["external_id"] is None
    answer = api.post("/api/v1/clients/", {**CLIENT, "phone": "79260000009", "external_id": "crm-1"})
    assert (answer.status_code, body_of(answer)["existing"]["id"]) == (409, first["id"])
    assert errors_of(answer) == {"#/external_id": "Another client has this external_id."}
    assert body_of(answer)["errors"][0]["code"] == "taken"
    changed = api.patch(f"/api/v1/clients/{first['id'] + 1}/", {"external_id": "crm-1"})
    assert changed.status_code == 409


def test_a_client_is_found_by_its_external_id(api: Api) -> None:
    made = body_of(api.post("/api/v1/clients/", {**CLIENT, "external_id": "crm-1"}))
    api.post("/api/v1/clients/", {**CLIENT, "phone": "79260000009", "external_id": "crm-2"})
    found = body_of(api.get("/api/v1/clients/", external_id="crm-1"))["results"]
    assert [client["id"] for client in found] == [made["id"]]


def test_an_import_leaves_an_external_id_as_it_is(api: Api) -> None:
    made = body_of(api.post("/api/v1/clients/", {**CLIENT, "external_id": "crm-1"}))
    file = f"phone,timezone,tag\n{CLIENT['phone']},Asia/Omsk,new\n".encode()
    api.send("POST", "/api/v1/clients/import/", file, content_type="text/csv")
    shown = body_of(api.get(f"/api/v1/clients/{made['id']}/"))
    assert (shown["tag"], shown["external_id"]) == ("new", "crm-1")
