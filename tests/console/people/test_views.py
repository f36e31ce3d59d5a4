from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import reverse

from notification_service.access.models import ApiKey
from tests.console.conftest import PASSWORD

LogIn = Callable[[str], Browser]


@pytest.fixture
def administrator(logged_in: LogIn) -> Browser:
    return logged_in("administrator")


def test_a_new_person_can_log_in(administrator: Browser) -> None:
    fields = {
        "username": "anna",
        "full_name": "Анна",
        "role": "viewer",
        "password": PASSWORD,
        "is_active": "on",
    }
    administrator.post(reverse("console:person-new"), fields)
    browser = Browser()
    browser.post("/login/", {"username": "anna", "password": PASSWORD})
    assert browser.get("/").status_code == 200


def test_an_administrator_changes_the_role_of_a_person(administrator: Browser) -> None:
    fields = {"username": "anna", "role": "viewer", "password": PASSWORD, "is_active": "on"}
    administrator.post(reverse("console:person-new"), fields)
    anna = User.objects.get(username="anna")
    administrator.post(reverse("console:person", args=[anna.pk]), {"role": "operator", "is_active": "on"})
    assert list(anna.groups.values_list("name", flat=True)) == ["operator"]
    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)


def test_the_account_of_a_superuser_is_not_found(administrator: Browser) -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    assert administrator.get(reverse("console:person", args=[root.pk])).status_code == 404


def test_an_administrator_cannot_lock_themselves_out(administrator: Browser) -> None:
    me = User.objects.get(username="administrator")
    administrator.post(reverse("console:person", args=[me.pk]), {"role": "viewer"})
    me.refresh_from_db()
    assert me.is_active
    assert list(me.groups.values_list("name", flat=True)) == ["administrator"]


def test_a_new_key_is_shown_only_once(administrator: Browser) -> None:
    made = administrator.post(reverse("console:keys"), {"name": "crm", "scope": "read"})
    key = made.context["issued"]
    assert key in made.content.decode()
    assert key not in administrator.get(reverse("console:keys")).content.decode()


def test_a_key_sees_whole_phones_only_if_the_form_says_so(administrator: Browser) -> None:
    for more in ({}, {"pii": "on"}):
        administrator.post(reverse("console:keys"), {"name": "crm", "scope": "send"} | more)
    kept = list(ApiKey.objects.order_by("pk").values_list("scope", "pii"))
    assert kept == [("send", False), ("send", True)]
    shown = administrator.get(reverse("console:keys")).content.decode()
    assert shown.count("; whole phones") == 1


def test_reloading_the_page_of_a_new_key_makes_no_other_key(administrator: Browser) -> None:
    path = reverse("console:keys")
    form_key = administrator.get(path).context["form"]["form_key"].value()
    form = {"name": "crm", "scope": "read", "form_key": str(form_key)}
    made, reloaded = administrator.post(path, form), administrator.post(path, form)
    assert ApiKey.objects.count() == 1
    assert (bool(made.context["issued"]), reloaded.context["issued"]) == (True, "")
    assert "This key was created already" in reloaded.content.decode()
    another = {**form, "form_key": str(made.context["form"]["form_key"].value())}
    assert administrator.post(path, another).context["issued"]


def test_a_revoked_key_is_refused(administrator: Browser) -> None:
    made = administrator.post(reverse("console:keys"), {"name": "crm", "scope": "read"})
    row = made.context["keys"][0][0]
    header = {"HTTP_AUTHORIZATION": f"Bearer {made.context['issued']}"}
    assert Browser().get("/api/mailings/", **header).status_code == 200  # type: ignore[arg-type]
    administrator.post(reverse("console:key-revoke", args=[row.pk]))
    assert Browser().get("/api/mailings/", **header).status_code == 401  # type: ignore[arg-type]


def test_a_key_expires_after_the_requested_days(administrator: Browser) -> None:
    administrator.post(reverse("console:keys"), {"name": "crm", "scope": "read", "expires_days": "30"})
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in (29, 30)
    ApiKey.objects.update(expires_at=key.created_at)
    assert "expired" in administrator.get(reverse("console:keys")).content.decode()
