"""A file that is sent again under its Idempotency-Key is imported once."""

import threading
from typing import Any

import pytest
from django.db import connection

from notification_service.api.models import IdempotentResponse
from notification_service.api.views.client_import import ClientImportView
from notification_service.directory.models import Client, Consent, OptOut
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.api.test_client_import import upload
from tests.factories import make_client

pytestmark = pytest.mark.django_db

CLIENTS = b"phone,timezone,tag\n79160000001,Asia/Omsk,vip\n12,Asia/Omsk,\n"
PHONES = b"phone\n79160000001\n"
ONCE = {"Idempotency-Key": "friday"}
FILES = [("clients", CLIENTS), ("opt-outs", PHONES), ("consents", PHONES)]


def _send(api: Api, file: bytes, *, to: str = "clients", query: str = "", **headers: str) -> Any:
    headers = {**ONCE, **headers}
    return api.post(f"/api/v1/{to}/import/{query}", file, content_type="text/csv", **headers)


@pytest.mark.parametrize(("to", "file"), FILES)
def test_a_repeated_file_gets_the_first_answer(api: Api, to: str, file: bytes) -> None:
    first, second = (_send(api, file, to=to) for _ in range(2))
    assert [first.status_code, second.status_code] == [200, 200]
    assert body_of(second) == body_of(first)
    assert body_of(first)["created"] == 1
    assert [first.get("Idempotency-Replayed"), second.get("Idempotency-Replayed")] == [None, "true"]


def test_a_repeated_file_is_not_imported_again(api: Api) -> None:
    _send(api, CLIENTS)
    Client.objects.update(tags=["changed since"])
    _send(api, CLIENTS)
    assert Client.objects.get().tags == ["changed since"]


@pytest.mark.parametrize(("to", "file"), FILES)
def test_another_file_under_the_same_key_is_refused(api: Api, to: str, file: bytes) -> None:
    _send(api, file, to=to)
    other = _send(api, file.replace(b"79160000001", b"79160000002"), to=to)
    assert (other.status_code, body_of(other)["type"]) == (422, "/docs/problems/#idempotency-key-reused")
    rows = [*Client.objects.all(), *OptOut.objects.all(), *Consent.objects.all()]
    assert [row.phone for row in rows] == ["79160000001"]


def test_the_same_file_that_is_to_be_read_otherwise_is_another_request(api: Api) -> None:
    _send(api, CLIENTS)
    assert _send(api, CLIENTS, query="?tags=add").status_code == 422


def test_the_key_of_a_file_does_for_no_other_address(api: Api) -> None:
    _send(api, PHONES, to="opt-outs")
    assert _send(api, PHONES, to="consents").status_code == 422


def test_clients_in_json_are_taken_once(api: Api) -> None:
    client = {"phone": "79160000001", "timezone": "Asia/Omsk"}
    turned = dict(reversed(client.items()))
    first, second = (
        api.post("/api/v1/clients/import/", {"clients": [row]}, **ONCE) for row in (client, turned)
    )
    assert (body_of(second), second["Idempotency-Replayed"]) == (body_of(first), "true")
    other = api.post("/api/v1/clients/import/", {"clients": [client, client]}, **ONCE)
    assert other.status_code == 422


def test_a_refused_file_may_be_mended_under_its_key(api: Api) -> None:
    assert _send(api, b"name,age\n").status_code == 400
    assert body_of(_send(api, CLIENTS))["created"] == 1


def test_a_file_that_broke_off_is_imported_when_it_is_repeated(write_key: str) -> None:
    def send(body: bytes) -> Any:
        length = {"CONTENT_LENGTH": str(len(CLIENTS)), "HTTP_IDEMPOTENCY_KEY": "friday"}
        return ClientImportView.as_view()(upload(body, write_key, **length))

    assert [send(CLIENTS[:-5]).status_code, send(CLIENTS).status_code] == [400, 200]
    repeated = send(CLIENTS[:-5])
    assert (repeated.status_code, repeated.data["detail"]) == (
        400,
        f"The file broke off: 5 of {len(CLIENTS)} bytes did not arrive.",
    )


def test_a_key_that_cannot_be_one_is_refused_before_the_file_is_read(api: Api) -> None:
    assert _send(api, CLIENTS, **{"Idempotency-Key": "é"}).status_code == 400
    assert not Client.objects.exists()


def test_no_phone_is_kept_with_the_key_of_an_opt_out(api: Api) -> None:
    body = {"phone": "79160000001"}
    first, second = (api.post("/api/v1/opt-outs/", body, **ONCE) for _ in range(2))
    assert [first.status_code, second.status_code] == [201, 201]
    assert (body_of(second), second["Idempotency-Replayed"]) == (body_of(first), "true")
    assert "7916" not in str(IdempotentResponse.objects.get().response)
    assert api.post("/api/v1/opt-outs/", {"phone": "79160000002"}, **ONCE).status_code == 422


def test_an_opt_out_that_is_withdrawn_is_not_made_again_by_a_repeated_request(api: Api) -> None:
    body = {"phone": "79160000001"}
    made = body_of(api.post("/api/v1/opt-outs/", body, **ONCE))
    api.delete(f"/api/v1/opt-outs/{made['id']}/")
    assert api.post("/api/v1/opt-outs/", body, **ONCE).status_code == 201
    assert not OptOut.objects.in_force().exists()


def test_a_consent_is_recorded_once(api: Api) -> None:
    body = {"phone": "79160000001", "topic": "news"}
    first, second = (api.post("/api/v1/consents/", body, **ONCE) for _ in range(2))
    assert (body_of(second), second["Idempotency-Replayed"]) == (body_of(first), "true")


@pytest.mark.django_db(transaction=True)
def test_of_the_same_file_at_once_one_is_imported(write_key: str) -> None:
    make_client(phone="79160000001", tags=["old"])
    answers: list[Any] = []
    barrier = threading.Barrier(4)

    def send() -> None:
        caller = Api(write_key)
        barrier.wait()
        answers.append(_send(caller, CLIENTS))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {body_of(answer)["updated"] for answer in answers} == {1}
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
