"""Single clients, whatever waits for them."""

import pytest

from notification_service.directory.changes import change_client, create_client, erase_client
from notification_service.directory.models import Client
from tests.factories import make_client

pytestmark = pytest.mark.django_db


def test_the_operator_code_is_the_phones_where_none_is_given() -> None:
    taken = create_client(phone="79161234567", timezone="Europe/Moscow")
    given = create_client(phone="79261234567", operator_code="999", timezone="Europe/Moscow")
    assert (taken.operator_code, given.operator_code) == ("916", "999")


def test_another_phone_brings_its_operator_code() -> None:
    client = make_client(phone="79161234567", operator_code="999")
    assert change_client(client.pk, phone="79031234567").client.operator_code == "903"


def test_what_leaves_the_phone_alone_leaves_the_operator_code_too() -> None:
    client = make_client(operator_code="999")
    assert change_client(client.pk, tag="vip").client.operator_code == "999"


@pytest.mark.parametrize(("zone", "has_moved"), [("Asia/Omsk", True), ("Europe/Moscow", False)])
def test_says_who_has_moved(zone: str, *, has_moved: bool) -> None:
    assert change_client(make_client().pk, timezone=zone).has_moved == has_moved


def test_an_erased_client_is_an_id() -> None:
    client = make_client(tag="vip", attributes={"name": "Anna"})
    erase_client(client.pk)
    client.refresh_from_db()
    assert (client.phone, client.operator_code, client.tag, client.attributes) == (None, "", "", {})
    assert not Client.objects.alive().exists()
