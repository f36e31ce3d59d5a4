import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from notification_service.console.parts.client_queries import by_phone
from notification_service.console.parts.page import show
from notification_service.directory.models import Client
from tests.console.conftest import make_person
from tests.factories import make_client, make_clients_in_bulk, make_message

LogIn = Callable[[str], Browser]


def found(browser: Browser, text: str) -> Any:
    return browser.get(reverse("console:search"), {"q": text}).context["clients"]


@pytest.mark.parametrize("part", ["7916", "916 123", "+7 916 12", "8 (916) 1", "4567", "123-45-67"])
def test_the_search_finds_a_phone_by_its_beginning_or_its_end(operator: Browser, part: str) -> None:
    client = make_client(phone="79161234567")
    make_client(phone="79990000000")
    assert found(operator, part) == [client]


@pytest.mark.parametrize("text", ["67", "6123", "sale of 7916", "٧٩١٦", "7916123456789"])
def test_the_search_takes_nothing_else_for_a_part_of_a_phone(operator: Browser, text: str) -> None:
    make_client(phone="79161234567")
    assert found(operator, text) == []


@pytest.mark.parametrize(
    ("part", "is_found"),
    [("7916", True), ("4567", True), ("79161", False), ("34567", False), ("9161", False)],
)
def test_a_viewer_finds_a_phone_by_the_digits_that_the_mask_shows(
    logged_in: LogIn, part: str, is_found: bool
) -> None:
    client = make_client(phone="79161234567")
    viewer = logged_in("viewer")
    assert found(viewer, part) == ([client] if is_found else [])
    listed = viewer.get(reverse("console:clients"), {"phone": part}).context["page"].rows
    assert listed == ([client] if is_found else [])


def test_a_search_shows_a_few_clients_and_the_way_to_all_of_them(operator: Browser) -> None:
    make_clients_in_bulk(30)
    page = operator.get(reverse("console:search"), {"q": "7900"})
    assert len(page.context["clients"]) == 20
    assert f'{reverse("console:clients")}?phone=7900"' in page.content.decode()


def test_a_search_by_number_shows_no_message_twice(operator: Browser) -> None:
    """The list of what is found had been shown as what was just done, too."""
    message = make_message()
    page = operator.get(reverse("console:search"), {"q": str(message.pk)}).content.decode()
    assert f"Message #{message.pk}" in page
    assert re.findall(r'class="flash ', page) == []


def test_no_screen_names_its_rows_as_the_frame_names_what_was_done(rf: RequestFactory) -> None:
    with pytest.raises(ValueError, match="name these otherwise"):
        show(rf.get("/"), "search/results.html", title="", messages=[])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", [slice(8), slice(-5, None)], ids=["beginning", "end"])
def test_clients_are_found_by_a_part_of_a_phone_without_a_scan(part: slice) -> None:
    make_clients_in_bulk(20_000)
    phone = str(Client.objects.order_by("id")[0].phone)
    person = make_person("operator")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_client")
    plan = Client.objects.alive().filter(by_phone(phone[part], who=person)).explain()
    assert "client_phone_end" in plan
    assert "Seq Scan" not in plan
