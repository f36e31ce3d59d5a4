"""Only what a form or request is for can be set by it, and only for rows that are the caller's to change."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from notification_service.directory.models import Client
from notification_service.mailings.models import Gateway, Mailing
from tests.factories import make_client, make_gateway, make_mailing, make_message
from tests.security.test_doors import caller, person

pytestmark = pytest.mark.django_db

MOMENT = "2020-01-01T00:00:00Z"
FIXED: dict[str, dict[str, Any]] = {
    "clients": {"id": 2**40, "created_at": MOMENT, "updated_at": MOMENT, "deleted_at": MOMENT},
    "mailings": {
        "id": 2**40,
        "status": "finished",
        "started_at": MOMENT,
        "trace_parent": "x",
        "deleted_at": MOMENT,
    },
    "gateways": {
        "id": 2**40,
        "held_at": MOMENT,
        "held_reason": "x",
        "token_encrypted": "x",
        "permits_until": MOMENT,
    },
}


def rows() -> dict[str, Any]:
    return {"clients": make_client(), "mailings": make_mailing(), "gateways": make_gateway()}


@pytest.mark.parametrize("name", FIXED)
def test_no_request_sets_a_read_only_field(name: str) -> None:
    row = rows()[name]
    before = type(row).objects.values().get(pk=row.pk)
    for field, value in FIXED[name].items():
        path = f"/api/{name}/{row.pk}/"
        answer: Any = caller("administrator").patch(path, {field: value}, content_type="application/json")
        assert answer.status_code == 400, field
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{field}"]
    assert type(row).objects.values().get(pk=row.pk) == before


def test_a_form_about_a_person_makes_no_superuser() -> None:
    viewer = person("viewer")
    fields = {
        "full_name": "V",
        "role": "viewer",
        "is_active": "on",
        "is_superuser": "on",
        "user_permissions": "1",
    }
    path = reverse("console:person", args=[viewer.pk])
    assert caller("administrator").post(path, fields | {"username": "other"}).status_code == 302
    viewer.refresh_from_db()
    assert (viewer.username, viewer.first_name, viewer.is_superuser) == ("viewer", "V", False)
    assert not viewer.user_permissions.exists()


def test_an_administrator_cannot_change_the_account_of_a_superuser() -> None:
    root = User.objects.create_superuser("root", password="a-long-passphrase")
    administrator = caller("administrator")
    for name in ("person", "person-unlock", "person-second-factor"):
        answer = administrator.post(
            reverse(f"console:{name}", args=[root.pk]), {"password": "another-long-one"}
        )
        assert answer.status_code == 404, name
    root.refresh_from_db()
    assert root.check_password("a-long-passphrase")


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_a_person_cannot_raise_their_own_role(role: str) -> None:
    someone = person(role)
    fields = {"role": "administrator", "full_name": "x", "is_active": "on"}
    assert caller(role).post(reverse("console:person", args=[someone.pk]), fields).status_code == 403
    assert [group.name for group in someone.groups.all()] == [role]


def test_a_deleted_row_is_not_found_by_its_id() -> None:
    client, mailing = make_client(), make_mailing()
    message = make_message(mailing, client)
    http = caller("write key")
    assert http.delete(f"/api/mailings/{mailing.pk}/").status_code == 204
    assert http.delete(f"/api/clients/{client.pk}/").status_code == 204
    paths = (
        f"mailings/{mailing.pk}",
        f"mailings/{mailing.pk}/info",
        f"messages/{message.pk}",
        f"clients/{client.pk}",
    )
    assert [http.get(f"/api/{path}/").status_code for path in paths] == [404] * 4
    console = caller("operator")
    paths = (
        f"mailings/{mailing.pk}/",
        f"messages/{message.pk}/",
        f"clients/{client.pk}/",
        f"clients/{client.pk}/edit/",
    )
    assert [console.get(f"/{path}").status_code for path in paths] == [404] * 4
    assert (Client.objects.alive().count(), Mailing.objects.alive().count()) == (0, 0)
    assert Gateway.objects.exists()
