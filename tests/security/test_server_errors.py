"""No page fails with a server error for any role, with a row that is there and a password just given."""

import time
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client as HttpClient

from notification_service.access.models import ApiKey
from notification_service.access.permissions import ROLES
from notification_service.audit.models import Entry
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.mailings import test_sends
from notification_service.mailings.models import Gateway
from tests.console.conftest import make_person
from tests.factories import mailing_of, make_attempt, make_client, make_message
from tests.security.doors import DOORS, address_of

pytestmark = pytest.mark.django_db

TEST_SEND = uuid.UUID(int=1)  # as `address_of` has it


@pytest.mark.parametrize("role", [*ROLES, "superuser"])
def test_no_page_answers_a_role_with_a_server_error(role: str) -> None:
    is_superuser = role == "superuser"
    person = User.objects.create_superuser(role) if is_superuser else make_person(role)
    ids = rows(person)
    failed = [
        (method, address_in(route, ids))
        for route, need in DOORS.items()
        if need != "open"  # whoever asks gets the same there: see the table of doors
        for method in ("GET", "POST")
        if status_of(person, method, address_in(route, ids)) == 500
    ]
    assert failed == []


def status_of(person: User, method: str, address: str) -> int:
    """What the request changes is undone, so that the next finds the same."""
    http = HttpClient(raise_request_exception=False)
    http.force_login(person)
    session = http.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    with transaction.atomic():
        answer: Any = http.generic(method, address, b"", "application/x-www-form-urlencoded")
        if getattr(answer, "streaming", False):
            b"".join(answer)
        transaction.set_rollback(True)
    return int(answer.status_code)


def address_in(route: str, ids: dict[str, int]) -> str:
    """An address of a row that is there: by the name of what the route lists."""
    for name, pk in ids.items():
        if f"/{name}/<" in route:
            return route.replace("<int:pk>", str(pk))
    return address_of(route)


def rows(person: User) -> dict[str, int]:
    make_attempt(message := make_message(client=make_client()))
    assert message.client_id is not None
    arrival = IncomingFile(file_name="clients.csv", by=person.username)
    arrival.write(b"phone,timezone\n79160000001,Europe/Moscow\n79160000002,Mars\n")
    gateway = Gateway.objects.get()
    test_sends.request_test_send(
        TEST_SEND, requested_by=person.username, gateway=gateway, phone="79161234567", text="Hello"
    )
    return {
        "clients": message.client_id,
        "mailings": mailing_of(message).pk,
        "messages": message.pk,
        "imports": arrival.finish().pk,
        "gateways": gateway.pk,
        "people": make_person("viewer").pk if person.username != "viewer" else person.pk,
        "keys": ApiKey.issue(name="shop", scope="read")[0].pk,
        "audit": Entry.objects.latest("pk").pk,
    }
