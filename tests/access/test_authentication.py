from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client as HttpClient
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.utils import timezone

from notification_service.access.models import KNOWN, ApiKey
from notification_service.api import urls
from notification_service.api.views.errors import unknown_url
from tests.api.answers import CLIENT, errors_of
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

READS = {"get"}
READING_POSTS = {"audience", "mailing-forecast", "mailing-preview"}


def _is_for_administrators(method: str, path: str) -> bool:
    """What needs the scope `admin`; see test_gateways, test_hours, test_audit, test_keys, test_people
    and test_webhooks."""
    whole = ("/audit/", "/keys/", "/people/", "/webhooks/", "/receipt-key/")
    settings = ("/gateways/", "/contact-hours/")
    parts = whole if method in READS else whole + settings
    return any(part in path for part in parts)


def _is_for_others(method: str, path: str) -> bool:
    """What a key that reads may not do; a test send is seen by whoever may ask for one."""
    return _is_for_administrators(method, path) or "/mailings/test/" in path


def _routes() -> list[Any]:
    """Every address of the API with each of its methods, but those of providers; see test_receipts."""
    routes = []
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.callback is not unknown_url and "<str:name>" not in str(pattern.pattern):
            path = "/api/" + str(pattern.pattern).replace("<id:pk>", "1")
            routes += [(method, path, pattern.name in READING_POSTS) for method in _methods(pattern)]
    return [pytest.param(*route, id=f"{route[0]} {route[1]}") for route in routes]


def _methods(pattern: URLPattern) -> list[str]:
    actions = getattr(pattern.callback, "actions", None)
    if actions is None:
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        return [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
    return [method for method in actions if method != "head"]


@pytest.mark.parametrize(("method", "path", "is_question"), _routes())
class EveryRouteTests:
    def test_a_route_answers_401_without_a_key(
        self, stranger: Api, method: str, path: str, is_question: bool
    ) -> None:
        answer = stranger.send(method.upper(), path, {})
        assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")
        assert errors_of(answer) == {}

    def test_a_read_key_may_only_read(self, reader: Api, method: str, path: str, is_question: bool) -> None:
        answer = reader.send(method.upper(), path, {} if method != "get" else None)
        if (method in READS or is_question) and not _is_for_others(method, path):
            assert answer.status_code in (200, 404) or (is_question and answer.status_code == 400)
        else:
            assert (answer.status_code, errors_of(answer)) == (403, {})

    def test_a_write_key_may_use_every_route_that_is_not_for_administrators(
        self, api: Api, method: str, path: str, is_question: bool
    ) -> None:
        answer = api.send(method.upper(), path, {} if method != "get" else None)
        if _is_for_administrators(method, path):
            assert answer.status_code == 403
        else:
            assert answer.status_code in (200, 400, 404, 415)

    def test_a_key_of_the_scope_admin_may_use_every_route(
        self, admin: Api, method: str, path: str, is_question: bool
    ) -> None:
        answer = admin.send(method.upper(), path, {} if method != "get" else None)
        assert answer.status_code in (200, 400, 404, 409, 415)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer ns_é",
        "Bearer \x00",
        "Bearer \udcff",
        "Bearer \xff\xfe",
        "Bearer ключ",
        "Bearer a b c",
        "Basic dXNlcjpwYXNz",
        "Token x",
        "x" * 100_000,
        " ",
        "\x00",
    ],
)
def test_a_malformed_authorization_header_is_refused(stranger: Api, header: str) -> None:
    answer = stranger.http.get("/api/clients/", headers={"Authorization": header})
    assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert errors_of(answer) == {}


def test_the_bearer_scheme_is_accepted_in_any_case(stranger: Api, read_key: str) -> None:
    answer = stranger.http.get("/api/clients/", headers={"Authorization": f"bearer  {read_key} "})
    assert answer.status_code == 200


def test_a_revoked_key_is_refused_at_once_by_the_process_that_revokes_it(reader: Api) -> None:
    assert reader.get("/api/clients/").status_code == 200
    ApiKey.objects.get().revoke()
    assert reader.get("/api/clients/").status_code == 401


def test_a_key_that_another_process_revokes_is_refused_when_its_look_up_is_old(reader: Api) -> None:
    assert reader.get("/api/clients/").status_code == 200
    ApiKey.objects.update(revoked_at=timezone.now())
    KNOWN.forget_all()  # as a second does: see test_known_keys
    assert reader.get("/api/clients/").status_code == 401


def test_a_key_is_refused_from_its_expiry_on(reader: Api) -> None:
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert reader.get("/api/clients/").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now())
    KNOWN.forget_all()
    assert reader.get("/api/clients/").status_code == 401


def test_the_last_use_of_a_key_is_written_at_most_once_a_minute(reader: Api) -> None:
    reader.get("/api/clients/")
    first = ApiKey.objects.get().last_used_at
    reader.get("/api/clients/")
    assert ApiKey.objects.get().last_used_at == first
    assert first is not None
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    KNOWN.forget_all()
    reader.get("/api/clients/")
    assert ApiKey.objects.get().last_used_at not in (None, first, first - timedelta(seconds=61))


def test_a_key_is_looked_up_with_one_indexed_query_a_second(reader: Api) -> None:
    reader.get("/api/")
    KNOWN.forget_all()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            reader.get("/api/")
    assert len(queries) == 1
    assert '"key_hash" =' in queries[0]["sql"]


def _person(role: str = "", **fields: Any) -> HttpClient:
    http = HttpClient(enforce_csrf_checks=True)
    user = User.objects.create_user("anna", **fields)
    user.groups.set(Group.objects.filter(name=role))
    http.force_login(user)
    return http


def test_a_viewers_login_reads_without_a_key() -> None:
    assert _person("viewer", is_staff=True).get("/api/clients/").status_code == 200


def test_a_login_that_has_lost_its_role_reads_nothing() -> None:
    http = _person(is_staff=True)
    paths = [path for method, path, _ in (each.values for each in _routes()) if method == "get"]
    assert {http.get(path).status_code for path in paths} == {403}


def test_an_operator_writes_with_the_csrf_token_alone() -> None:
    http = _person("operator", is_staff=True)
    refused = http.post("/api/clients/", CLIENT, content_type="application/json")
    http.cookies["csrftoken"] = token = "a" * 32
    answer = http.post("/api/clients/", CLIENT, "application/json", headers={"X-CSRFToken": token})
    assert (refused.status_code, answer.status_code) == (403, 201)
    assert errors_of(refused) == {}


def test_a_viewer_may_not_write() -> None:
    http = _person("viewer", is_staff=True)
    http.cookies["csrftoken"] = token = "a" * 32
    answer = http.post("/api/clients/", CLIENT, "application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 403


def test_a_person_without_staff_rights_may_not_read() -> None:
    answer = _person().get("/api/clients/")
    assert (answer.status_code, errors_of(answer)) == (403, {})


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs", "/redoc/", "/openapi.json", "/health/live", "/health/ready"]
)
def test_the_documentation_and_health_routes_need_no_key(stranger: Api, path: str) -> None:
    assert stranger.get(path).status_code == 200
