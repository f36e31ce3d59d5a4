"""Errors leave as problems, whoever made them."""

from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse
from rest_framework.exceptions import Throttled

from notification_service.api.problems import exception_handler
from notification_service.api.views.messages import MessageViewSet
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_message

pytestmark = pytest.mark.django_db


def test_an_error_has_the_members_of_rfc_9457(api: Api) -> None:
    answer = api.post("/api/clients/", {"phone": "7"})
    assert answer["Content-Type"] == "application/problem+json"
    assert body_of(answer) == {
        "type": "/docs/problems/#invalid-values",
        "title": "Bad Request",
        "status": 400,
        "detail": "Some of the values are not acceptable; see `errors`.",
        "instance": "/api/clients/",
        "errors": [
            {"pointer": "#/phone", "detail": "Must be 11 digits, the first a 7.", "code": "pattern"},
            {"pointer": "#/timezone", "detail": "This field is required.", "code": "required"},
        ],
    }


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/clients/1/2/", "/api//clients/", "/api/../clients/", "/api/\x00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_address_answers_404_with_and_without_a_key(
    api: Api, stranger: Api, path: str, method: str
) -> None:
    for caller in (api, stranger):
        answer = caller.send(method, path, {})
        assert answer.status_code == 404
        assert errors_of(answer) == {}


def test_an_address_without_its_last_slash_is_redirected_with_its_method(api: Api) -> None:
    answer = api.post("/api/clients?x=1", {})
    assert (answer.status_code, answer["Location"]) == (308, "/api/clients/?x=1")


def test_a_refused_method_lists_the_allowed_methods(api: Api) -> None:
    answer = api.delete("/api/clients/")
    assert answer.status_code == 405
    assert errors_of(answer) == {}
    assert {"GET", "POST"} <= set(answer["Allow"].split(", "))


@pytest.mark.parametrize("method", ["TRACE", "PURGE"])
def test_an_unusual_method_answers_405(api: Api, method: str) -> None:
    answer = api.send(method, "/api/clients/")
    assert answer.status_code == 405
    assert errors_of(answer) == {}


@pytest.mark.parametrize("accept", ["image/png", "application/xml", "x" * 20_000])
def test_an_unsupported_accept_type_answers_406(api: Api, accept: str) -> None:
    answer = api.http.get("/api/clients/", headers={"Accept": accept})
    assert answer.status_code == 406
    assert errors_of(answer) == {}


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/*", "text/html,*/*;q=0.8", "", "\x00"]
)
def test_no_accept_header_causes_a_server_error(api: Api, accept: str) -> None:
    assert api.http.get("/api/clients/", headers={"Accept": accept}).status_code in (200, 406)


def test_a_browser_gets_successes_as_pages_and_errors_as_problem_json(api: Api) -> None:
    message = make_message()
    mailing = f"/api/mailings/{message.mailing_id}/"
    pages = [
        *("/api/", "/api/clients/", "/api/mailings/", "/api/mailings/fullinfo/", "/api/messages/"),
        *(f"/api/clients/{message.client_id}/", mailing, f"{mailing}info/", f"/api/messages/{message.pk}/"),
    ]
    html = {"Accept": "text/html"}
    answers = [api.http.get(path, headers=html) for path in pages]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Content-Type"] for answer in answers} == {"text/html; charset=utf-8"}
    errors_of(api.http.get("/api/clients/?x=1", headers=html))


def test_an_unknown_host_is_refused(api: Api) -> None:
    answer = api.http.get("/api/clients/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert errors_of(answer) == {}


def test_the_api_writes_english_whatever_language_is_accepted(api: Api) -> None:
    answer = api.http.get("/api/messages/1/", headers={"Accept-Language": "ru"})
    assert body_of(answer)["detail"] == "There is no such resource."
    refusal = api.post("/api/clients/", {"timezone": "UTC"}, **{"Accept-Language": "ru"})
    assert errors_of(refusal) == {"#/phone": "This field is required."}


@pytest.mark.parametrize(
    "cookie",
    ['sessionid="\\000"', "sessionid=\x00", "sessionid=é", "csrftoken=\x01", "django_language=\\x00", "=;;="],
)
def test_no_cookie_causes_a_server_error(stranger: Api, cookie: str) -> None:
    answer = stranger.http.get("/api/clients/", headers={"Cookie": cookie})
    assert answer.status_code == 401
    assert errors_of(answer) == {}


def test_an_unexpected_error_reveals_no_details(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MessageViewSet, "get_queryset", _raise(RuntimeError("secret")))
    api.http.raise_request_exception = False
    answer = api.get("/api/messages/")
    assert answer.status_code == 500
    assert errors_of(answer) == {}
    assert b"secret" not in answer.content


def test_an_unreachable_database_answers_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MessageViewSet, "get_queryset", _raise(OperationalError("host 10.0.0.1 is down")))
    answer = api.get("/api/messages/")
    assert answer.status_code == 503
    assert errors_of(answer) == {}
    assert b"10.0.0.1" not in answer.content


def test_a_throttled_request_answers_429_with_a_retry_after() -> None:
    class Request:
        path = "/api/"

    answer = exception_handler(Throttled(wait=7), {"request": Request()})
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert answer.content_type == "application/problem+json"


def test_an_error_of_the_console_stays_a_page(stranger: Api) -> None:
    answer = stranger.http.get(reverse("console:overview"), headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


def _raise(error: Exception) -> Any:
    def fail(*_args: Any) -> None:
        raise error

    return fail
