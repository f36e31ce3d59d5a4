"""Single clients, whatever waits for them."""

import pytest

from notification_service.directory.changes import change_client, create_client, erase_client
from notification_service.directory.models import Client
from tests.factories import make_client

pytestmark = pytest.mark.django_db


def test_the_operator_code_defaults_to_that_of_the_phone() -> None:
    taken = create_client(phone="79161234567", timezone="Europe/Moscow")
    given = create_client(phone="79261234567", operator_code="999", timezone="Europe/Moscow")
    assert (taken.operator_code, given.operator_code) == ("916", "999")


def test_a_changed_phone_changes_the_operator_code() -> None:
    client = make_client(phone="79161234567", operator_code="999")
    assert change_client(client.pk, phone="79031234567").client.operator_code == "903"


def test_a_change_that_keeps_the_phone_keeps_the_operator_code() -> None:
    client = make_client(operator_code="999")
    assert change_client(client.pk, tag="vip").client.operator_code == "999"


@pytest.mark.parametrize(("zone", "has_moved"), [("Asia/Omsk", True), ("Europe/Moscow", False)])
def test_a_change_of_the_zone_reports_that_the_client_has_moved(zone: str, *, has_moved: bool) -> None:
    assert change_client(make_client().pk, timezone=zone).has_moved == has_moved


def test_an_erased_client_keeps_nothing_but_an_id() -> None:
    client = make_client(tag="vip", attributes={"name": "Anna"})
    erase_client(client.pk)
    client.refresh_from_db()
    assert (client.phone, client.operator_code, client.tag, client.attributes) == (None, "", "", {})
    assert not Client.objects.alive().exists()
