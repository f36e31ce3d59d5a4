"""Changing all clients of a filter through the API."""

from typing import Any

import pytest

from notification_service.directory.models import BulkAction, Client
from notification_service.mailings.bulk_actions.run import take_waiting
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client

pytestmark = pytest.mark.django_db

URL = "/api/v1/clients/bulk-actions/"
VIP = {"tags": ["vip"]}


def test_a_tag_is_added_to_all_clients_of_a_filter_and_taken_back(api: Api) -> None:
    make_client(tags=["vip"])
    make_client(tags=["other"])
    answer = api.post(URL, {"action": "add_tag", "tag": " spring ", "filter": VIP})
    made = body_of(answer)
    assert (answer.status_code, answer["Location"]) == (201, f"http://testserver{URL}{made['id']}/")
    assert (made["status"], made["tag"], made["filter"], made["clients"]) == ("waiting", "spring", VIP, None)
    take_waiting()
    shown = body_of(api.get(f"{URL}{made['id']}/"))
    assert (shown["status"], shown["clients"], shown["changed"]) == ("finished", 1, 1)
    undone = api.post(f"{URL}{made['id']}/undo/")
    assert (undone.status_code, body_of(undone)["undoes"]) == (200, made["id"])
    take_waiting()
    assert list(Client.objects.order_by("pk").values_list("tags", flat=True)) == [["vip"], ["other"]]
    assert api.post(f"{URL}{made['id']}/undo/").status_code == 409
    assert [each["id"] for each in body_of(api.get(URL))["results"]] == [made["id"] + 1, made["id"]]


def test_clients_of_a_filter_are_deleted_and_that_is_not_undone(api: Api) -> None:
    make_client(tags=["vip"])
    made = body_of(api.post(URL, {"action": "delete", "filter": VIP}))
    take_waiting()
    assert not Client.objects.alive().exists()
    assert api.post(f"{URL}{made['id']}/undo/").status_code == 409


def test_an_action_that_is_cancelled_before_a_worker_takes_it_changes_nobody(api: Api) -> None:
    make_client(tags=["vip"])
    made = body_of(api.post(URL, {"action": "remove_tag", "tag": "vip", "filter": {}}))
    for _ in range(2):
        assert body_of(api.post(f"{URL}{made['id']}/cancel/"))["status"] == "cancelled"
    take_waiting()
    assert Client.objects.get().tags == ["vip"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/action", "#/filter"}),
        ({"action": "add_tag", "tag": "a"}, {"#/filter"}),
        ({"action": "add_tag", "filter": {}}, {"#/tag"}),
        ({"action": "add_tag", "tag": " ", "filter": {}}, {"#/tag"}),
        ({"action": "add_tag", "tag": "a\nb", "filter": {}}, {"#/tag"}),
        ({"action": "remove_tag", "tag": "x" * 256, "filter": {}}, {"#/tag"}),
        ({"action": "delete", "tag": "a", "filter": {}}, {"#/tag"}),
        ({"action": "rename", "filter": {}}, {"#/action"}),
        ({"action": "delete", "filter": {"tags": []}}, {"#/filter/tags"}),
        ({"action": "delete", "filter": {"tag": "a"}}, {"#/filter/tag"}),
    ],
)
def test_a_bad_action_is_refused_with_a_pointer_and_nothing_is_done(
    api: Api, body: dict[str, Any], pointers: set[str]
) -> None:
    answer = api.post(URL, body)
    assert (answer.status_code, set(errors_of(answer))) == (400, pointers)
    assert not BulkAction.objects.exists()


def test_an_action_that_is_requested_again_under_its_key_is_done_once(api: Api) -> None:
    body = {"action": "add_tag", "tag": "a", "filter": VIP}
    first, second = (api.post(URL, body, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert body_of(first)["id"] == body_of(second)["id"]
    assert second["Idempotency-Replayed"] == "true"
    assert BulkAction.objects.count() == 1


def test_a_read_key_sees_actions_and_requests_none(api: Api, reader: Api) -> None:
    made = body_of(api.post(URL, {"action": "add_tag", "tag": "a", "filter": {}}))
    assert reader.get(f"{URL}{made['id']}/").status_code == 200
    assert reader.post(URL, {"action": "delete", "filter": {}}).status_code == 403
    assert reader.post(f"{URL}{made['id']}/cancel/").status_code == 403
