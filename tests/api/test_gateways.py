from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from notification_service.mailings.gateways import endpoint
from notification_service.mailings.models import Gateway
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.console.conftest import make_person
from tests.factories import (
    make_attempt,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_message,
    now,
)
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db
NEW = {"name": "backup", "url": "http://8.8.8.8", "token": "secret"}


@pytest.fixture
def administrator(settings: Settings) -> Api:
    settings.SECRET_KEY_IS_TEMPORARY = False
    return person("administrator")


def person(role: str) -> Api:
    caller = Api(None)
    caller.http = Browser()
    caller.http.force_login(make_person(role))
    return caller


def change(caller: Api, gateway: Gateway, **changes: Any) -> Any:
    return caller.patch(f"/api/gateways/{gateway.pk}/", changes)


def test_a_gateway_is_shown_with_the_state_that_its_workers_report(reader: Api) -> None:
    gateway = make_gateway(priority=5)
    make_gateway_use(gateway, concurrency=16, latency_ms=84)
    body = body_of(reader.get(f"/api/gateways/{gateway.pk}/"))
    shown = ("state", "breaker", "is_default", "workers", "concurrency", "full_concurrency", "latency_ms")
    assert [body[name] for name in shown] == ["slow", "closed", False, 1, 16, 64, 84]


def test_a_held_gateway_is_shown_with_the_time_and_the_reason(reader: Api) -> None:
    gateway = make_gateway(held_at=now(), **held_for(http_status(401)), probe_at=now(), probing_since=now())
    body = body_of(reader.get(f"/api/gateways/{gateway.pk}/"))
    assert (body["state"], body["breaker"], body["held_reason"]) == ("held", "half_open", "HTTP 401")
    assert (body["held_code"], body["held_code_number"]) == ("http_status", 401)
    assert body["held_at"] is not None


def test_the_main_gateway_is_shown_without_secrets(reader: Api, settings: Settings) -> None:
    settings.GATEWAY_URL, settings.GATEWAY_TOKEN = "https://u:secret@gateway.example/x", "hidden"
    answer = reader.get("/api/gateways/")
    assert [(each["url"], each["is_default"]) for each in body_of(answer)["results"]] == [
        ("https://gateway.example/x", True)
    ]
    assert b"secret" not in answer.content
    assert b"hidden" not in answer.content


def test_an_administrator_adds_a_gateway_whose_token_is_never_shown(administrator: Api) -> None:
    answer = administrator.post("/api/gateways/", NEW)
    assert answer.status_code == 201
    assert b"secret" not in answer.content
    assert body_of(answer)["has_token"] is True
    assert endpoint(Gateway.objects.get(name="backup")).token == "secret"


def test_a_name_that_is_taken_says_by_which_gateway(administrator: Api) -> None:
    taken, other = make_gateway(name="backup"), make_gateway()
    for answer in (administrator.post("/api/gateways/", NEW), change(administrator, other, name="backup")):
        assert (answer.status_code, list(errors_of(answer))) == (409, ["#/name"])
        url = f"http://testserver/api/gateways/{taken.pk}/"
        assert body_of(answer)["existing"] == {"id": taken.pk, "url": url}


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_change_gateways(role: str) -> None:
    caller, gateway = person(role), make_gateway()
    answers = (
        caller.post("/api/gateways/", NEW),
        change(caller, gateway, enabled=False),
        caller.delete(f"/api/gateways/{gateway.pk}/"),
    )
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert caller.get("/api/gateways/").status_code == 200


def test_a_write_key_may_not_change_gateways(api: Api) -> None:
    assert api.post("/api/gateways/", NEW).status_code == 403
    assert change(api, make_gateway(), enabled=False).status_code == 403


def test_a_private_address_is_refused_as_a_gateways_url(administrator: Api) -> None:
    answer = administrator.post("/api/gateways/", {**NEW, "url": "http://169.254.169.254/latest"})
    assert answer.status_code == 400
    assert "is a private address" in errors_of(answer)["#/url"]


def test_the_url_of_the_main_gateway_cannot_be_changed(administrator: Api) -> None:
    answer = change(administrator, Gateway.objects.get(name="main"), url="http://8.8.8.8")
    assert list(errors_of(answer)) == ["#/url"]


@pytest.mark.parametrize("value", [0, -1, True, "5", 1e400, [], {}])
def test_a_limit_that_is_not_a_positive_number_is_refused(administrator: Api, value: Any) -> None:
    answer = change(administrator, make_gateway(), max_requests_per_second=value)
    assert answer.status_code == 400


def test_a_gateway_in_use_cannot_be_deleted(administrator: Api) -> None:
    gateway = make_gateway()
    make_mailing(gateway=gateway)
    answer = administrator.delete(f"/api/gateways/{gateway.pk}/")
    assert answer.status_code == 409
    assert "Disable it" in body_of(answer)["detail"]


def test_an_unused_gateway_can_be_deleted(administrator: Api) -> None:
    gateway = make_gateway()
    assert administrator.delete(f"/api/gateways/{gateway.pk}/").status_code == 204
    assert not Gateway.objects.filter(pk=gateway.pk).exists()


def test_a_message_and_its_attempts_name_their_gateways(reader: Api) -> None:
    gateway = make_gateway()
    message = make_message(status="sent", gateway=gateway)
    make_attempt(message, gateway=Gateway.objects.get(name="main"))
    body = body_of(reader.get(f"/api/messages/{message.pk}/"))
    assert (body["gateway"], body["failed_attempts"][0]["gateway"]) == (gateway.name, "main")
    Gateway.objects.filter(pk=gateway.pk).delete()
    assert body_of(reader.get(f"/api/messages/{message.pk}/"))["gateway"] is None
