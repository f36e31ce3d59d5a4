"""A mailing's filter is said in words, in both languages, whole, and with phones as one may see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation

from notification_service.console.parts.filter_words import in_words
from notification_service.mailings.models import Mailing
from tests.console.compose.test_views import confirmed
from tests.factories import make_client, make_mailing, make_segment


def compared(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


KAZAN = compared("attributes.city", "eq", "Kazan")
WORDS = [
    ({"where": KAZAN}, "city = “Kazan”", "city = «Kazan»"),
    ({"where": compared("attributes.age", "gte", 18)}, "age ≥ 18", "age ≥ 18"),
    (
        {"where": {"all": [KAZAN, {"any": [compared("tags", "in", ["a", "b"]), {"not": KAZAN}]}]}},
        "city = “Kazan” and (tags is one of: “a”, “b” or not (city = “Kazan”))",
        "city = «Kazan» и (метки — одно из: «a», «b» или не (city = «Kazan»))",
    ),
    (
        {"where": compared("attributes.n", "in", [1, 2, 3, 4, 5, 6, 7])},
        "n is one of: 1, 2, 3, 4, 5 and 2 more",
        "n — одно из: 1, 2, 3, 4, 5 и ещё 2",
    ),
    ({"where": compared("attributes.vip", "ne", True)}, "vip ≠ yes", "vip ≠ да"),
    ({"where": compared("attributes.vip", "exists", False)}, "vip: not given", "vip: не указано"),
    (
        {"where": compared("phone", "starts_with", "7916")},
        "phone starts with “7916”",
        "телефон начинается с «7916»",
    ),
    (
        {
            "segment": "Regulars",
            "exclude": {"tags": ["vip"], "outcome_of": {"mailing": 3, "statuses": ["sent"]}},
        },
        "segment “Regulars”; but not: clients of mailing #3 whose message is: sent; tags vip",
        "сегмент «Regulars»; кроме: клиенты рассылки №3, чьё сообщение: отправлено; метки vip",
    ),
]


@pytest.mark.parametrize(("written", "english", "russian"), WORDS)
def test_a_filter_is_said_in_words(written: dict[str, Any], english: str, russian: str) -> None:
    for language, words in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert "; ".join(in_words(written)) == words


@pytest.mark.django_db
def test_the_page_of_a_mailing_shows_its_whole_filter(operator: Browser) -> None:
    mailing = make_mailing(
        where=KAZAN, segment="Regulars", exclude={"tags": ["<vip>"]}, operator_codes=["916"]
    )
    page = " ".join(operator.get(f"/mailings/{mailing.pk}/").content.decode().split())
    assert "segment “Regulars”; operator codes 916; city = “Kazan”; but not: tags &lt;vip&gt;" in page


@pytest.mark.django_db
def test_a_viewer_sees_no_whole_phone_in_a_filter(logged_in: Callable[[str], Browser]) -> None:
    mailing = make_mailing(where=compared("phone", "eq", "79161234567"))
    page = logged_in("viewer").get(f"/mailings/{mailing.pk}/").content.decode()
    assert "79161234567" not in page


@pytest.mark.django_db
def test_a_copied_and_a_changed_mailing_keep_what_the_form_has_no_fields_for(operator: Browser) -> None:
    make_segment(name="Regulars", filter={})
    make_client(attributes={"city": "Kazan"})
    kept = {"where": KAZAN, "segment": "Regulars", "exclude": {"tags": ["vip"]}}
    source = make_mailing(**kept)
    form = operator.get(f"/mailings/new/?from={source.pk}").context["form"]
    carried = {name: form[name].value() for name in kept}
    assert "but not: tags vip" in operator.get(f"/mailings/new/?from={source.pk}").content.decode()
    operator.post("/mailings/new/", confirmed(**carried))
    copy = Mailing.objects.exclude(pk=source.pk).get()
    assert {name: getattr(copy, name) for name in kept} == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [{"where": "{"}, {"where": '{"field": "x"}'}, {"segment": "gone"}, {"exclude": "{}"}, {"exclude": "[]"}],
)
def test_a_form_whose_filter_is_not_understood_makes_no_mailing(
    operator: Browser, broken: dict[str, str]
) -> None:
    make_client()
    answer = operator.post("/mailings/new/", confirmed(**broken))
    assert (answer.status_code, Mailing.objects.count()) == (422, 0)
