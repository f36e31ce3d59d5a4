from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as HttpClient
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.api.answers import CLIENT, body_of, mailing_body
from tests.api.conftest import Api, api, read_key, reader, stranger, write_key  # noqa: F401
from tests.factories import make_client, make_message, make_running_mailing

pytestmark = pytest.mark.django_db


@pytest.fixture
def said() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


def access_lines(said: list[Any]) -> list[Any]:
    return [line for line in said if line["event"] == "request" and line["log_level"] == "info"]


def test_a_request_is_logged_in_one_line_with_caller_route_and_status(api: Api, said: list[Any]) -> None:  # noqa: F811
    mailing = make_running_mailing()
    api.get(f"/api/mailings/{mailing.pk}/")
    [line] = access_lines(said)
    assert line["mailing_id"] == mailing.pk
    assert (line["method"], line["route"], line["status"]) == ("GET", "api/v1/mailings/<id:pk>/", 200)
    assert line["key_id"] > 0
    assert line["duration_ms"] > 0


@pytest.mark.parametrize("made", ["client", "mailing"])
def test_a_log_line_names_the_created_object(api: Api, said: list[Any], made: str) -> None:  # noqa: F811
    body = CLIENT if made == "client" else mailing_body()
    row = body_of(api.post(f"/api/{made}s/", body))
    assert access_lines(said)[0][f"{made}_id"] == row["id"]


def test_a_log_line_names_the_message_or_client_of_the_url(api: Api, said: list[Any]) -> None:  # noqa: F811
    message = make_message()
    api.get(f"/api/messages/{message.pk}/")
    api.get(f"/api/clients/{message.client_id}/")
    assert [line.get("message_id") for line in access_lines(said)] == [message.pk, None]
    assert access_lines(said)[1]["client_id"] == message.client_id


def test_a_log_line_names_the_person_in_the_console(
    admin_client: HttpClient, admin_user: Any, said: list[Any]
) -> None:
    admin_client.get(f"/clients/{make_client().pk}/")
    [line] = access_lines(said)
    assert line["user_id"] == admin_user.pk


def test_a_response_returns_the_request_id_of_the_caller(stranger: Api) -> None:  # noqa: F811
    assert stranger.http.get("/api/", headers={"X-Request-ID": "order-17"})["X-Request-ID"] == "order-17"


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "line\x0bbreak", "номер"])
def test_an_unsafe_request_id_is_replaced(stranger: Api, given: str) -> None:  # noqa: F811
    answered = stranger.http.get("/api/", HTTP_X_REQUEST_ID=given)["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


def test_a_health_or_metrics_request_is_logged_only_if_it_fails(stranger: Api, said: list[Any]) -> None:  # noqa: F811
    stranger.get("/health/live")
    assert access_lines(said) == []
    stranger.get("/metrics")
    assert [line["status"] for line in access_lines(said)] == [401]


def test_requests_are_measured_by_route(api: Api) -> None:  # noqa: F811
    labels = {"method": "GET", "route": "api/v1/clients/", "status": "200"}
    name = "notifications_http_request_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0
    api.get("/api/clients/")
    assert REGISTRY.get_sample_value(name, labels) == before + 1
