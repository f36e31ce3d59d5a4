"""The list shows whom built conditions mean, and what is done to all of it is done to those alone."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import BulkAction, Client
from notification_service.mailings.bulk_actions.run import take_waiting
from tests.factories import make_client

pytestmark = pytest.mark.django_db

CHOOSE = reverse("console:client-filter")
LIST = reverse("console:clients")
KAZAN = {"field": "attributes.city", "op": "eq", "value": "Kazan"}


def address(found: dict[str, Any], name: str = "clients") -> str:
    return f"{reverse(f'console:{name}')}?filter={quote(json.dumps(found))}"


def shown(browser: Browser, path: str) -> set[int]:
    return {client.pk for client in browser.get(path).context["page"].rows}


def test_the_list_shows_whom_the_built_conditions_mean_and_says_so(operator: Browser) -> None:
    wanted = make_client(attributes={"city": "Kazan"}, tag="vip")
    make_client(attributes={"city": "Kazan"})
    make_client(attributes={"city": "Tver"}, tag="vip")
    form = {"tags": "vip", "where": json.dumps(KAZAN)}
    page = operator.post(CHOOSE, form, follow=True)
    assert {client.pk for client in page.context["page"].rows} == {wanted.pk}
    assert "Only clients with this:" in page.content.decode()
    assert shown(operator, f"{page.redirect_chain[0][0]}&phone=79999") == set()
    assert len(shown(operator, LIST)) == 3


def test_what_is_done_to_all_of_the_list_is_done_to_those_alone(operator: Browser) -> None:
    wanted, other = make_client(attributes={"city": "Kazan"}), make_client()
    new = address({"where": KAZAN}, "bulk-action-new")
    assert "1 client" in operator.get(new).content.decode()
    operator.post(new, {"kind": "add_tag", "tag": "spring"})
    take_waiting()
    assert BulkAction.objects.get().filter == {"where": KAZAN}
    assert {client.pk: client.tags for client in Client.objects.all()} == {
        wanted.pk: ["spring"],
        other.pk: [],
    }


@pytest.mark.parametrize(
    "text",
    ["x", "[]", '{"where": 1}', '{"other": 1}', '{"segment": "gone"}', "[" * 3000, '{"where": {"all": []}}'],
)
def test_an_address_that_cannot_be_read_shows_and_changes_nobody(operator: Browser, text: str) -> None:
    make_client()
    page = operator.get(LIST, {"filter": text})
    assert (page.status_code, page.context["page"].rows) == (200, [])
    assert page.context["built"].fault
    new = f"{reverse('console:bulk-action-new')}?filter={quote(text)}"
    operator.post(new, {"kind": "add_tag", "tag": "spring"})
    take_waiting()
    assert Client.objects.get().tags == []


def test_who_sees_masked_phones_gets_no_answer_about_them(logged_in: Any) -> None:
    make_client(phone="79161234567")
    viewer = logged_in("viewer")
    found = {"where": {"not": {"field": "phone", "op": "contains", "value": "1234"}}}
    for each in (found, {"exclude": found}, {"where": found["where"]["not"]}):
        assert viewer.get(address(each)).context["built"].fault
    assert viewer.post(CHOOSE, {}).status_code == 403


def test_conditions_that_no_address_can_hold_are_refused_with_what_to_do(operator: Browser) -> None:
    values = ["v" * 900 + str(n) for n in range(10)]
    where = {"field": "attributes.city", "op": "in", "value": values}
    page = operator.post(CHOOSE, {"where": json.dumps(where)})
    assert (page.status_code, "Save them as a segment first." in page.content.decode()) == (422, True)
