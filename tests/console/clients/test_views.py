from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import Client
from notification_service.mailings import client_changes
from notification_service.mailings.models import Message
from tests.factories import make_client, make_message, make_running_mailing

LogIn = Callable[[str], Browser]


def filled_in(**changes: Any) -> dict[str, Any]:
    return {
        "phone": "+7 (916) 000-00-01",
        "operator_code": "",
        "tags": "vip, new",
        "timezone": "Asia/Omsk",
    } | changes


def test_an_operator_creates_a_client(operator: Browser) -> None:
    attributes = {"attribute_name": ["city", ""], "attribute_value": ["Omsk", ""]}
    operator.post(reverse("console:client-new"), filled_in(**attributes))
    client = Client.objects.get()
    assert (client.phone, client.operator_code, client.tags) == ("79160000001", "916", ["vip", "new"])
    assert client.attributes == {"city": "Omsk"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": "123"}, "A phone is 7 and ten more digits."),
        ({"timezone": "Mars"}, "No such time zone is known."),
        ({"timezone": "мск"}, "Is it Europe/Moscow?"),
        ({"timezone": "UTC+3"}, "Is it Europe/Moscow, Europe/Simferopol, Europe/Kirov?"),
        ({"operator_code": "12"}, "An operator code is three digits."),
        ({"attribute_name": [""], "attribute_value": ["x"]}, "A value needs a name on its left."),
        ({"attribute_name": ["a", "a"], "attribute_value": ["x", "y"]}, "the same name"),
        ({"attribute_name": ["a"], "attribute_value": ["x" * 17_000]}, "16384 bytes"),
    ],
)
def test_a_refused_client_form_explains_the_error_and_keeps_the_typed_values(
    operator: Browser, changes: dict[str, Any], words: str
) -> None:
    answer = operator.post(reverse("console:client-new"), filled_in(tags="kept as typed", **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "kept as typed" in answer.content.decode()
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (",".join(map(str, range(51))), "A client has no more than 50 tags."),
        (f"vip, {'x' * 256}", "A tag has no more than 255 characters."),
        ("v\tip", "A tag is one line without control characters."),
    ],
    ids=["51 tags", "256 characters", "a tab within"],
)
def test_a_client_form_refuses_tags_that_no_client_may_have(operator: Browser, tags: str, words: str) -> None:
    answer = operator.post(reverse("console:client-new"), filled_in(tags=tags))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Client.objects.exists()


def test_the_phone_of_another_client_is_refused(operator: Browser) -> None:
    make_client(phone="79160000001")
    answer = operator.post(reverse("console:client-new"), filled_in())
    assert "Another client has this phone." in answer.content.decode()


def test_an_edited_attribute_keeps_its_type(operator: Browser) -> None:
    client = make_client(attributes={"age": 41, "vip": True, "code": "007"})
    attributes = {"attribute_name": ["age", "vip", "code"], "attribute_value": ["42", "false", "008"]}
    operator.post(reverse("console:client-edit", args=[client.pk]), filled_in(**attributes))
    client.refresh_from_db()
    assert client.attributes == {"age": 42, "vip": False, "code": "008"}


def test_a_stale_client_form_is_refused_and_shows_the_current_values(operator: Browser) -> None:
    client = make_client(tag="before")
    path = reverse("console:client-edit", args=[client.pk])
    version = client.updated_at.isoformat()
    client_changes.update_client(client.pk, tag="by another")
    answer = operator.post(path, filled_in(tag="mine", version=version))
    assert answer.status_code == 409
    assert "by another" in answer.content.decode()
    client.refresh_from_db()
    assert client.tag == "by another"


def test_the_deletion_page_says_how_many_messages_will_be_cancelled(operator: Browser) -> None:
    client = make_client()
    for status in ("pending", "pending", "sent"):
        make_message(make_running_mailing(), client, status=status)
    path = reverse("console:client-delete", args=[client.pk])
    page = operator.get(path).content.decode()
    assert "To be cancelled: 2 messages." in page
    assert "Sent, or ended in another way: 1 message" in page
    operator.post(path)
    assert not Client.objects.alive().exists()
    assert Message.objects.filter(status="cancelled").count() == 2


def test_a_viewer_cannot_create_or_delete_a_client(logged_in: LogIn) -> None:
    viewer, client = logged_in("viewer"), make_client()
    assert viewer.get(reverse("console:client-new")).status_code == 403
    assert viewer.post(reverse("console:client-delete", args=[client.pk])).status_code == 403
    assert Client.objects.alive().exists()


@pytest.mark.parametrize("written", ["916123", "7916123", "+7 916 123", "8 (916) 123-45-67", "79161234567"])
def test_clients_are_found_by_the_beginning_of_a_phone(operator: Browser, written: str) -> None:
    client = make_client(phone="79161234567")
    make_client(phone="79990000000")
    answer = operator.get(reverse("console:clients"), {"phone": written})
    assert answer.context["page"].rows == [client]


def test_clients_are_found_by_time_zone(operator: Browser) -> None:
    client = make_client(timezone="Asia/Omsk")
    make_client()
    answer = operator.get(reverse("console:clients"), {"zone": "Asia/Omsk"})
    assert answer.context["page"].rows == [client]
