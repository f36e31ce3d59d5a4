"""Clicks in the rows of a form, and what the form shows afterwards."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from notification_service.console.filters.builder import Built
from notification_service.console.filters.rows import FilterRow, RowGroup, Rows
from tests.factories import make_client

DEEP = {"not": {"field": "attributes.city", "op": "eq", "value": "Kazan"}}
EMPTY = {"where-joint": "all", "not-joint": "all"}


@pytest.fixture(autouse=True)
def _attributes() -> Any:
    cache.clear()
    yield
    cache.clear()


def after(browser: Browser, posted: dict[str, str], *, field: str = "") -> tuple[Built, str]:
    """What is built after the click, and the page."""
    answer = browser.post(reverse("console:filter-rows"), posted, headers={"HX-Trigger-Name": field})
    assert answer["HX-Trigger-After-Swap"] == "preview"
    return answer.context["form"].built, " ".join(answer.content.decode().split())


@pytest.mark.django_db
def test_an_added_row_has_the_keyboard_and_offers_the_attributes_with_their_clients(
    operator: Browser,
) -> None:
    for city in ("Kazan", "Tver"):
        make_client(attributes={"city": city})
    built, page = after(operator, EMPTY | {"rows": "add where"})
    assert built.where == Rows("all", (FilterRow(),))
    assert '<option value="attributes.city">city (2)' in page
    assert page.count("autofocus") == 1


@pytest.mark.django_db
def test_a_row_whose_field_is_chosen_compares_as_most_clients_have_it(operator: Browser) -> None:
    for spent in (1, 2, "much"):
        make_client(attributes={"spent": spent})
    chosen = {"where-0-field": "attributes.spent", "where-0-op": "contains", "where-0-value": "old"}
    built, page = after(operator, EMPTY | chosen, field="where-0-field")
    assert built.where == Rows("all", (FilterRow("attributes.spent", "eq", "number"),))
    assert 'name="where-0-kind"' in page


@pytest.mark.django_db
def test_a_group_is_added_to_who_is_left_out(operator: Browser) -> None:
    built, _ = after(operator, EMPTY | {"rows": "group not"})
    assert built.exclude is not None
    assert built.exclude.rows == Rows("all", (RowGroup("any", (FilterRow(), FilterRow())),))


@pytest.mark.django_db
def test_what_is_too_deep_stays_until_it_is_removed(operator: Browser) -> None:
    carried = {"where": json.dumps(DEEP), "not-joint": "all"}
    built, page = after(operator, carried | {"rows": "add not"})
    assert built.where is None
    assert "not (city = “Kazan”)" in page
    built, page = after(operator, carried | {"rows": "own where"})
    assert built.where == Rows()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("click", "field", "stay"),
    [
        ("add where", "", 2),
        ("", "where-0-op", 2),
        ("", "where-0-field", 1),
        ("", "where-0-kind", 1),
        ("drop where-0", "", 0),
        ("", "", 0),
    ],
)
def test_what_is_being_typed_stays_where_its_row_does(
    operator: Browser, click: str, field: str, stay: int
) -> None:
    rows = {f"where-{n}-{part}": "x" for n in (0, 1) for part in ("kind", "value")}
    rows |= {f"where-{n}-field": "attributes.city" for n in (0, 1)}
    _, page = after(operator, EMPTY | rows | {"rows": click}, field=field)
    assert page.count("hx-preserve") == stay


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hostile",
    [
        {"rows": "drop where-999999999999999999999"},
        {"rows": "add where-²"},
        {"rows": "\0"},
        {"where-0-field": "\ud800", "where-0-op": "x", "where-0-kind": "y", "where-0-value": "z" * 5000},
        {"not-mailing": "-1", "not-statuses": "<b>", "not-segment": "\0"},
        {"where": "[" * 100_000, "tags": '"' * 1000},
    ],
    ids=["a place far away", "no number", "NUL", "no field", "no mailing", "no JSON"],
)
def test_nothing_that_is_sent_breaks_the_rows(operator: Browser, hostile: dict[str, str]) -> None:
    posted = {name: value.encode("utf-8", "replace").decode() for name, value in (EMPTY | hostile).items()}
    _, page = after(operator, posted)
    assert "<b>" not in page
