"""People and their roles through the API, as the console has them."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser

from notification_service.access.roles import role_name
from notification_service.api.models import IdempotentResponse
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.console.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db

PATH = "/api/v1/people/"
ANNA = {"username": "anna", "full_name": "Anna", "role": "operator", "password": PASSWORD}


def test_a_person_who_was_added_can_log_in_with_the_role(admin: Api) -> None:
    made = body_of(admin.post(PATH, ANNA))
    assert {"password", "is_superuser"} & made.keys() == set()
    assert (made["role"], made["may_log_in"], made["has_second_factor"], made["locked_until"]) == (
        "operator",
        True,
        False,
        None,
    )
    anna = User.objects.get(username="anna")
    assert (anna.check_password(PASSWORD), anna.is_staff, role_name(anna)) == (True, True, "operator")


def test_a_change_leaves_what_it_does_not_name(admin: Api) -> None:
    person = make_person("operator")
    changed = body_of(admin.patch(f"{PATH}{person.pk}/", {"role": "viewer"}))
    assert (changed["role"], changed["username"], changed["may_log_in"]) == (
        "viewer",
        person.username,
        True,
    )
    assert User.objects.get(pk=person.pk).password == person.password
    assert body_of(admin.patch(f"{PATH}{person.pk}/", {"may_log_in": False}))["role"] == "viewer"
    assert not User.objects.get(pk=person.pk).is_active


def test_what_was_read_can_be_sent_back(admin: Api) -> None:
    path = f"{PATH}{make_person('operator').pk}/"
    assert admin.patch(path, body_of(admin.get(path))).status_code == 200


def test_a_name_that_someone_has_is_answered_with_the_address(admin: Api) -> None:
    person = make_person("viewer")
    answer = admin.post(PATH, {**ANNA, "username": person.username.upper()})
    assert (answer.status_code, body_of(answer)["type"]) == (409, "/docs/problems/#person-exists")
    assert body_of(answer)["existing"]["id"] == person.pk


def test_a_superuser_is_there_for_superusers_alone(admin: Api) -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    assert admin.get(f"{PATH}{root.pk}/").status_code == 404
    assert admin.patch(f"{PATH}{root.pk}/", {"password": "another good one"}).status_code == 404
    taken = admin.post(PATH, {**ANNA, "username": "root"})
    assert (taken.status_code, "existing" in body_of(taken)) == (409, False)


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"may_log_in": False}])
def test_nobody_locks_oneself_out(change: dict[str, Any]) -> None:
    browser, person = Browser(), make_person("administrator")
    browser.force_login(person)
    answer = browser.patch(f"{PATH}{person.pk}/", change, "application/json")
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{next(iter(change))}"])
    same = browser.patch(
        f"{PATH}{person.pk}/", {"role": "administrator", "full_name": "A"}, "application/json"
    )
    assert same.status_code == 200


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"password": "12345678"}, "#/password"),
        ({"username": "an na"}, "#/username"),
        ({"role": "root"}, "#/role"),
        ({"role": None}, "#/role"),
        ({"is_superuser": True}, "#/is_superuser"),
    ],
)
def test_a_person_who_cannot_be_is_refused_with_a_pointer(
    admin: Api, change: dict[str, Any], pointer: str
) -> None:
    answer = admin.post(PATH, ANNA | change)
    assert (answer.status_code, set(errors_of(answer))) == (400, {pointer})
    assert not User.objects.filter(username="anna").exists()


def test_a_person_is_added_once_under_one_key_and_the_password_is_kept_nowhere(admin: Api) -> None:
    first, second = (admin.post(PATH, ANNA, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
    other = admin.post(PATH, {**ANNA, "password": f"{PASSWORD}-2"}, **{"Idempotency-Key": "one"})
    assert other.status_code == 422
    assert IdempotentResponse.objects.get().response == str(body_of(first)["id"])
