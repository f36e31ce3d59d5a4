import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from notification_service.access.models import ApiKey
from notification_service.api.models import IdempotentResponse
from notification_service.api.tasks import sweep
from notification_service.directory.models import Client
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing
from tests.api.answers import CLIENT, body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.api.test_gateways import administrator  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

PATH = "/api/mailings/"


def _post(api: Api, body: Any, key: str = "morning") -> Any:
    return api.post(PATH, body, **{"Idempotency-Key": key})


def test_a_repeated_request_gets_the_same_response(api: Api) -> None:
    body = mailing_body(text="Доброе утро", filter={"tags": ["vip"]})
    first, second = _post(api, body), _post(api, body)
    assert [first.status_code, second.status_code] == [201, 201]
    assert second.content == first.content
    assert second["Location"] == first["Location"]
    assert [first.get("Idempotency-Replayed"), second.get("Idempotency-Replayed")] == [None, "true"]
    assert Mailing.objects.count() == 1


def test_a_repeated_request_gets_the_first_response_after_the_mailing_is_deleted(api: Api) -> None:
    body = mailing_body()
    first = _post(api, body)
    lifecycle.cancel_mailing(body_of(first)["id"])
    lifecycle.delete_mailing(body_of(first)["id"])
    assert _post(api, body).content == first.content


def test_a_repeated_request_gets_the_first_response_after_the_mailings_end(api: Api) -> None:
    body = mailing_body(end_at=(timezone.now() + timedelta(seconds=0.3)).isoformat())
    first = _post(api, body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.4)")
    assert (first.status_code, _post(api, body).content) == (201, first.content)


def test_a_repeated_request_may_list_its_fields_in_another_order(api: Api) -> None:
    body = mailing_body()
    first = _post(api, body)
    assert _post(api, dict(reversed(body.items()))).content == first.content


WRITTEN_OTHERWISE: dict[str, Any] = {
    "start_at": ["2099-01-01T09:00:00+03:00", "2099-01-01T06:00Z", "2099-01-01 06:00:00.000+00"],
    "filter": [{"tags": ["a", "b"]}, {"tags": ["b", "a", "b"]}],
    "send_window": [{"from": "09:00", "to": "21:00"}, {"to": "21:00:00", "from": "09:00:00"}],
}


@pytest.mark.parametrize("field", WRITTEN_OTHERWISE)
def test_the_same_said_otherwise_is_the_same_request(api: Api, field: str) -> None:
    body = {"text": "Hi", "start_at": "2099-01-01T00:00:00Z", "end_at": "2099-02-01T00:00:00Z"}
    answers = [_post(api, {**body, field: value}) for value in WRITTEN_OTHERWISE[field]]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Mailing.objects.count() == 1


def test_what_is_said_by_default_is_the_same_request(api: Api) -> None:
    body = mailing_body()
    defaults: dict[str, Any] = {
        "filter": {},
        "send_window": None,
        "on_unknown": "send_again",
        "gateway": None,
    }
    first, second = _post(api, body), _post(api, {**body, **defaults, "failover": False})
    assert second.content == first.content


def test_white_space_makes_no_other_request(api: Api) -> None:
    body = mailing_body()
    first, second = (_post(api, json.dumps(body, indent=indent).encode()) for indent in (None, 4))
    assert (second.status_code, second.content) == (201, first.content)


@pytest.mark.parametrize("change", [{"phone": "79160000009"}, {"tag": "vip"}, {"attributes": {"age": 30}}])
def test_a_client_is_made_once_under_one_key(api: Api, change: dict[str, Any]) -> None:
    path = "/api/clients/"
    first, second = (api.post(path, CLIENT, **{"Idempotency-Key": "anna"}) for _ in range(2))
    assert (first.status_code, second.status_code, second["Idempotency-Replayed"]) == (201, 201, "true")
    assert (second.content, second["Location"]) == (first.content, first["Location"])
    other = api.post(path, {**CLIENT, **change}, **{"Idempotency-Key": "anna"})
    assert (other.status_code, Client.objects.count()) == (422, 1)


def test_what_is_kept_for_a_repetition_has_no_personal_data(api: Api) -> None:
    api.post("/api/clients/", {**CLIENT, "tag": "vip"}, **{"Idempotency-Key": "anna"})
    assert IdempotentResponse.objects.get().response == str(Client.objects.get().pk)


def test_a_gateway_is_made_once_under_one_key(administrator: Api) -> None:  # noqa: F811
    body = {"name": "backup", "url": "http://8.8.8.8", "token": "secret"}
    answers = [administrator.post("/api/gateways/", body, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


def test_a_key_that_was_used_at_another_address_is_refused(api: Api) -> None:
    _post(api, mailing_body(), "one")
    assert api.post("/api/clients/", CLIENT, **{"Idempotency-Key": "one"}).status_code == 422


def test_a_key_with_another_body_is_refused(api: Api) -> None:
    _post(api, mailing_body())
    answer = _post(api, mailing_body(text="Another"))
    assert (answer.status_code, errors_of(answer)) == (422, {})
    assert Mailing.objects.count() == 1


def test_two_keys_create_two_mailings(api: Api) -> None:
    body = mailing_body()
    assert body_of(_post(api, body, "a"))["id"] != body_of(_post(api, body, "b"))["id"]


def test_two_callers_may_use_the_same_key(api: Api) -> None:
    other = Api(ApiKey.issue(name="other", scope="write")[1])
    body = mailing_body()
    assert body_of(_post(api, body))["id"] != body_of(_post(other, body))["id"]


def test_each_request_without_a_key_creates_a_mailing(api: Api) -> None:
    body = mailing_body()
    assert body_of(api.post(PATH, body))["id"] != body_of(api.post(PATH, body))["id"]


def test_the_key_of_a_refused_request_may_be_used_again(api: Api) -> None:
    assert _post(api, mailing_body(end_at="2020-01-01T00:00:00Z")).status_code == 400
    assert _post(api, mailing_body()).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "é", "a\x00", "a\tb", "x" * 256, " a"])
def test_a_malformed_idempotency_key_is_refused(api: Api, key: str) -> None:
    answer = _post(api, mailing_body(), key)
    assert (answer.status_code, errors_of(answer)) == (400, {})


@pytest.mark.parametrize("key", ["a", "a b", "~!", "x" * 255])
def test_a_key_may_have_up_to_255_printable_ascii_characters(api: Api, key: str) -> None:
    assert _post(api, mailing_body(), key).status_code == 201


@pytest.mark.parametrize(("age", "kept"), [(timedelta(hours=24), True), (timedelta(hours=49), False)])
def test_a_response_is_kept_for_a_day_and_not_for_two(api: Api, age: timedelta, kept: bool) -> None:
    _post(api, mailing_body(), "old")
    IdempotentResponse.objects.update(created_at=timezone.now() - age)
    _post(api, mailing_body(), "new")
    assert IdempotentResponse.objects.filter(key="old").exists() is kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_concurrent_requests_with_the_same_key_create_one_mailing(write_key: str, round_: int) -> None:
    body = mailing_body()
    answers: list[HttpResponse] = []
    barrier = threading.Barrier(8)

    def send() -> None:
        caller = Api(write_key)
        barrier.wait()
        answers.append(_post(caller, body))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert Mailing.objects.count() == 1


def test_a_kept_response_goes_after_two_days_though_no_other_request_comes(api: Api) -> None:
    _post(api, mailing_body())
    sweep()
    assert IdempotentResponse.objects.count() == 1
    IdempotentResponse.objects.update(created_at=timezone.now() - timedelta(hours=48, seconds=1))
    sweep()
    assert not IdempotentResponse.objects.exists()
