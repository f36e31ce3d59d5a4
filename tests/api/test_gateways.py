from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from notification_service.mailings.gateways import endpoint
from notification_service.mailings.gateways.http.config import FIELDS
from notification_service.mailings.models import Gateway
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.console.conftest import make_person
from tests.delivery.wire.certificates import Authority, parts_of
from tests.factories import (
    make_attempt,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_message,
    now,
)
from tests.mailings.gateways.http.configs import changed
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


def test_all_that_is_wrong_with_a_gateway_is_told_at_once(administrator: Api) -> None:
    wrong = {"url": "http://10.0.0.1", "token": "two words", "name": "Backup"}
    answer = administrator.post("/api/gateways/", {**NEW, **wrong})
    assert sorted(errors_of(answer)) == ["#/name", "#/token", "#/url"]


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


HTTP = {
    "name": "shop",
    "kind": "http",
    "token": "secret",
    "config": changed(url="https://8.8.8.8/?to={{phone}}"),
}


def test_a_gateway_is_made_by_settings_alone(administrator: Api) -> None:
    answer = administrator.post("/api/gateways/", HTTP)
    assert answer.status_code == 201, answer.content
    assert b"secret" not in answer.content
    body = body_of(answer)
    assert (body["kind"], body["url"], body["config"]) == ("http", "https://8.8.8.8", HTTP["config"])
    assert list(body["config"]) == [name for name in FIELDS if name in body["config"]]
    sent_back = administrator.patch(f"/api/gateways/{body['id']}/", body)
    assert (sent_back.status_code, body_of(sent_back)["config"]) == (200, HTTP["config"])


def test_wrong_settings_are_refused_with_a_pointer_to_each_fault(administrator: Api) -> None:
    wrong = changed(
        url="https://10.0.0.1/{{fone}}",
        headers={"X-Key": "a\r\nb"},
        provider_id="id",
        accepted=[{"status": [200]}],
        refused=[{"status": [200], "body": {"/a/b": [1]}}],
    )
    answer = administrator.post("/api/gateways/", {**HTTP, "config": wrong, "name": "Shop"})
    assert answer.status_code == 400
    assert sorted(errors_of(answer)) == [
        "#/config/headers/X-Key",
        "#/config/provider_id",
        "#/config/refused/0",
        "#/config/url",
        "#/name",
    ]


@pytest.mark.parametrize("config", ["text", [], 7, True])
def test_settings_that_are_no_object_are_refused(administrator: Api, config: Any) -> None:
    answer = administrator.post("/api/gateways/", {**HTTP, "config": config})
    assert list(errors_of(answer)) == ["#/config"]


def test_settings_of_a_megabyte_are_refused(administrator: Api) -> None:
    config = changed(body={"to": "{{phone}}", "text": "{{text}}", "x": "x" * 1_000_000})
    answer = administrator.post("/api/gateways/", {**HTTP, "config": config})
    assert errors_of(answer)["#/config"] == "must take no more than 65536 bytes as JSON"


def test_a_certificate_is_shown_and_its_key_is_not(administrator: Api, tmp_path: Path) -> None:
    certificate, key = parts_of(Authority(tmp_path).issue("service"))
    tls = {"tls_certificate": certificate, "tls_key": key}
    answer = administrator.post("/api/gateways/", {**NEW, **tls})
    assert answer.status_code == 201, answer.content
    assert b"PRIVATE" not in answer.content
    assert (body_of(answer)["tls_certificate"], body_of(answer)["has_tls_key"]) == (certificate, True)


def test_a_key_that_does_not_fit_its_certificate_is_refused(administrator: Api, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, _ = parts_of(authority.issue("service"))
    _, key = parts_of(authority.issue("other"))
    answer = administrator.post("/api/gateways/", {**NEW, "tls_certificate": certificate, "tls_key": key})
    assert errors_of(answer) == {"#/tls_key": "it is not the key of the certificate"}
    assert key.encode() not in answer.content
