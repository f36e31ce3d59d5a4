"""One thing done to all clients that the list shows."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import BulkAction, Client
from notification_service.mailings.bulk_actions.run import take_waiting
from tests.console.conftest import make_person
from tests.factories import make_client

pytestmark = pytest.mark.django_db

NEW = reverse("console:bulk-action-new")


@pytest.fixture
def operator() -> Browser:
    browser = Browser()
    browser.force_login(make_person("operator"))
    return browser


def test_a_tag_goes_to_the_clients_of_the_list_alone_and_can_be_undone(operator: Browser) -> None:
    for phone, tags in (("79160000001", ["vip"]), ("79260000002", ["vip"]), ("79160000003", [])):
        make_client(phone=phone, operator_code=phone[1:4], tags=tags)
    query = "?tag=vip&code=916&phone=7916"
    assert "1 client" in operator.get(NEW + query).content.decode()
    answer = operator.post(NEW + query, {"kind": "add_tag", "tag": " spring "}, follow=True)
    assert "It starts as soon as a worker is free" in answer.content.decode()
    take_waiting()
    action = BulkAction.objects.get()
    page = operator.get(reverse("console:bulk-action", args=[action.pk])).content.decode()
    assert "Done: 1 client." in page
    assert list(Client.objects.order_by("pk").values_list("tags", flat=True)) == [
        ["vip", "spring"],
        ["vip"],
        [],
    ]
    operator.post(reverse("console:bulk-action-undo", args=[action.pk]))
    take_waiting()
    assert Client.objects.order_by("pk").first().tags == ["vip"]  # type: ignore[union-attr]


def test_what_no_client_can_have_changes_nobody(operator: Browser) -> None:
    client = make_client(tags=["vip"])
    query = "?code=abc"
    assert "0 clients" in operator.get(NEW + query).content.decode()
    operator.post(NEW + query, {"kind": "delete", "sure": "on"})
    take_waiting()
    action = BulkAction.objects.get()
    assert (action.status, action.clients) == (BulkAction.Status.FINISHED, 0)
    assert Client.objects.get().phone == client.phone


def test_a_deletion_asks_to_be_sure(operator: Browser) -> None:
    make_client()
    answer = operator.post(NEW, {"kind": "delete"})
    assert (answer.status_code, "Tick this to delete them." in answer.content.decode()) == (422, True)
    operator.post(NEW, {"kind": "delete", "sure": "on", "tag": "x"})
    take_waiting()
    assert not Client.objects.alive().exists()


@pytest.mark.parametrize(
    "form", [{}, {"kind": "add_tag"}, {"kind": "add_tag", "tag": " "}, {"kind": "rename"}]
)
def test_an_action_without_what_to_do_is_not_requested(operator: Browser, form: dict[str, str]) -> None:
    assert operator.post(NEW, form | {"x": "y"}).status_code == 422
    assert not BulkAction.objects.exists()


def test_the_list_of_actions_says_what_was_done_and_how_far_it_is(operator: Browser) -> None:
    BulkAction.objects.create(kind="remove_tag", tag="old", status="running", clients=10, changed=4)
    page = operator.get(reverse("console:bulk-actions")).content.decode()
    assert "Tag “old” removed" in page
    assert "Done so far: 4 of 10 clients" in page
