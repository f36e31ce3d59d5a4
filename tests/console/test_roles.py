from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.models import Mailing
from tests.factories import make_client, make_message, make_running_mailing

LogIn = Callable[[str], Browser]

LOOKING = ["overview", "mailings", "clients", "opt-outs", "consents", "messages", "search"]

RULING = ["people", "person-new", "keys"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("viewer", LOOKING),
        ("operator", [*LOOKING, "new"]),
        ("administrator", [*LOOKING, "new", *RULING]),
    ],
)
def test_a_role_opens_its_screens_and_no_others(logged_in: LogIn, role: str, allowed: list[str]) -> None:
    browser = logged_in(role)
    screens = [*LOOKING, "new", *RULING]
    answers = {name: browser.get(reverse(f"console:{name}")).status_code for name in screens}
    assert answers == {name: 200 if name in allowed else 403 for name in screens}


@pytest.mark.parametrize("action", ["pause", "cancel", "delete"])
def test_a_viewer_cannot_change_a_mailing(logged_in: LogIn, action: str) -> None:
    mailing = make_running_mailing()
    answer = logged_in("viewer").post(reverse(f"console:{action}", args=[mailing.pk]))
    assert answer.status_code == 403
    mailing.refresh_from_db()
    assert (mailing.status, mailing.deleted_at) == ("running", None)


def test_a_viewer_cannot_change_a_client_or_schedule_a_mailing(logged_in: LogIn) -> None:
    browser, client = logged_in("viewer"), make_client(tag="before")
    assert browser.post(reverse("console:client-edit", args=[client.pk]), {"tag": "x"}).status_code == 403
    assert browser.post(reverse("console:new"), {"text": "x"}).status_code == 403
    assert not Mailing.objects.exists()


def test_an_operator_cannot_create_a_key_or_a_person(logged_in: LogIn) -> None:
    browser = logged_in("operator")
    key = browser.post(reverse("console:keys"), {"name": "mine", "scope": "write"})
    person = browser.post(reverse("console:person-new"), {"username": "friend"})
    assert (key.status_code, person.status_code) == (403, 403)


@pytest.mark.django_db
def test_an_anonymous_visitor_is_asked_to_log_in() -> None:
    message = make_message()
    for name, args in [("overview", []), ("mailing", [message.mailing_id]), ("export", [message.mailing_id])]:
        path = reverse(f"console:{name}", args=args)
        answer = Browser().get(path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/login/?next={path}"


def test_the_user_pages_of_the_django_admin_are_closed(logged_in: LogIn) -> None:
    assert logged_in("administrator").get("/auth/user/").status_code == 404
