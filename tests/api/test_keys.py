"""API keys through the API: made once, shown once, revoked within a second."""

import json

import pytest

from notification_service.access.models import ApiKey
from notification_service.access.permissions import SCOPES
from notification_service.api.models import IdempotentResponse
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

PATH = "/api/v1/keys/"
KEY = {"name": "crm", "scope": "read"}


def test_a_key_that_was_made_works_until_it_is_revoked(admin: Api) -> None:
    made = body_of(admin.post(PATH, KEY))
    program = Api(made["key"])
    assert program.get("/api/v1/clients/").status_code == 200
    assert program.post("/api/v1/clients/", {}).status_code == 403
    revoked = body_of(admin.post(f"{PATH}{made['id']}/revoke/"))
    assert revoked["revoked_at"] is not None
    assert program.get("/api/v1/clients/").status_code == 401
    assert body_of(admin.post(f"{PATH}{made['id']}/revoke/")) == revoked


def test_a_key_is_shown_once_and_kept_nowhere(admin: Api) -> None:
    first, second = (admin.post(PATH, KEY, **{"Idempotency-Key": "one"}) for _ in range(2))
    key = body_of(first)["key"]
    assert key.startswith(body_of(first)["prefix"])
    assert (second.status_code, second["Idempotency-Replayed"]) == (201, "true")
    assert body_of(second) == {**body_of(first), "key": None}
    shown = [admin.get(PATH), admin.get(f"{PATH}{body_of(first)['id']}/")]
    assert key not in json.dumps([body_of(each) for each in shown])
    assert IdempotentResponse.objects.get().response == str(body_of(first)["id"])
    assert ApiKey.objects.filter(name="crm").count() == 1


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_of_every_scope_can_be_made(admin: Api, scope: str) -> None:
    made = body_of(admin.post(PATH, {**KEY, "scope": scope, "pii": True, "expires_days": 30}))
    row = ApiKey.objects.get(pk=made["id"])
    assert (row.scope, row.pii, row.expires_at is None) == (scope, True, False)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scope": "root"}, "#/scope"),
        ({"name": " "}, "#/name"),
        ({"name": "x" * 101}, "#/name"),
        ({"expires_days": 0}, "#/expires_days"),
        ({"expires_days": "7"}, "#/expires_days"),
        ({"key": "ns_mine"}, "#/key"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_a_pointer(admin: Api, change: object, pointer: str) -> None:
    answer = admin.post(PATH, KEY | dict(change))  # type: ignore[call-overload]
    assert (answer.status_code, set(errors_of(answer))) == (400, {pointer})


def test_a_key_that_may_only_write_makes_no_keys(api: Api) -> None:
    refused = api.post(PATH, KEY)
    assert refused.status_code == 403
    assert "scope `admin`" in body_of(refused)["detail"]
