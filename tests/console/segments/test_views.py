import json
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import Segment
from notification_service.mailings import counting
from tests.console.compose.test_views import filled_in
from tests.console.test_screens import queries_of
from tests.factories import make_client, make_mailing, make_segment

VIP = {"tags": ["vip"]}
BUILT = {
    "name": "Kazan buyers",
    "operator_codes": "916",
    "where-joint": "all",
    "where-0-field": "attributes.city",
    "where-0-op": "eq",
    "where-0-value": "Kazan",
    "where-1-joint": "any",
    "where-1-0-field": "tags",
    "where-1-0-op": "in",
    "where-1-0-value": "vip, new",
    "where-1-1-field": "attributes.spent",
    "where-1-1-op": "gt",
    "where-1-1-kind": "number",
    "where-1-1-value": "1000",
    "not-joint": "all",
    "not-segment": "Rested",
}


def page_of(browser: Browser, name: str, *args: Any) -> str:
    return " ".join(browser.get(reverse(f"console:{name}", args=args)).content.decode().split())


@pytest.mark.django_db
def test_rows_become_the_filter_of_a_segment(operator: Browser) -> None:
    make_segment(name="Rested", filter=VIP)
    assert operator.post(reverse("console:segment-new"), BUILT).status_code == 302
    city = {"field": "attributes.city", "op": "eq", "value": "Kazan"}
    tags = {"field": "tags", "op": "in", "value": ["vip", "new"]}
    spent = {"field": "attributes.spent", "op": "gt", "value": 1000}
    assert Segment.objects.get(name="Kazan buyers").filter == {
        "operator_codes": ["916"],
        "where": {"all": [city, {"any": [tags, spent]}]},
        "exclude": {"segment": "Rested"},
    }


@pytest.mark.django_db
def test_the_list_takes_as_many_queries_for_five_segments_as_for_two(operator: Browser) -> None:
    path = reverse("console:segments")
    numbers = []
    for more in (2, 3):
        for _ in range(more):
            make_mailing(segment=make_segment(filter=VIP).name)
        numbers.append(queries_of(operator, path))
    assert numbers[0] == numbers[1]


@pytest.mark.django_db
def test_a_segment_that_is_saved_unchanged_stays_as_the_api_wrote_it(operator: Browser) -> None:
    where = {"all": [{"any": [{"field": "attributes.n", "op": "lt", "value": 5.0}]}]}
    segment = make_segment(filter={"where": where, "exclude": VIP})
    form = operator.get(reverse("console:segment", args=[segment.pk])).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    rows = {"where-joint": "all", "where-0-field": "attributes.n", "where-0-op": "lt"}
    rows |= {"where-0-kind": "number", "where-0-value": "5.0"}
    answer = operator.post(reverse("console:segment", args=[segment.pk]), {**values, **rows, "untagged": ""})
    assert answer.status_code == 302
    assert Segment.objects.get().filter == {"where": where, "exclude": VIP}


@pytest.mark.django_db
def test_a_segment_that_is_used_says_by_what_and_is_not_deleted(operator: Browser) -> None:
    segment = make_segment(name="Regulars", filter=VIP)
    mailing = make_mailing(segment="Regulars")
    make_segment(name="Others", filter={"exclude": {"segment": "Regulars"}})
    for name, args in (("segments", ()), ("segment-delete", (segment.pk,))):
        page = page_of(operator, name, *args)
        assert f"mailing #{mailing.pk}</a>, segment “Others”" in page
    assert operator.post(reverse("console:segment-delete", args=[segment.pk])).status_code == 409
    assert Segment.objects.filter(name="Regulars").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Taken"}, "Another segment has this name."),
        ({"not-segment": "Gone"}, "no longer exists"),
        ({"segment": "Kazan buyers", "name": "Kazan buyers"}, "no longer exists"),
        ({"where-0-value": ""}, "Enter what “city” is compared with."),
        ({"where-1-1-value": "many"}, "“spent” is compared with numbers"),
        ({"operator_codes": "9"}, "is not three digits"),
    ],
)
def test_a_segment_that_cannot_be_saved_says_why(
    operator: Browser, changes: dict[str, str], words: str
) -> None:
    make_segment(name="Rested", filter=VIP)
    make_segment(name="Taken", filter=VIP)
    answer = operator.post(reverse("console:segment-new"), BUILT | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Segment.objects.count() == 2


@pytest.mark.django_db
def test_a_segment_that_somebody_else_changed_is_not_overwritten(operator: Browser) -> None:
    segment = make_segment(name="Regulars", filter=VIP)
    answer = operator.post(
        reverse("console:segment", args=[segment.pk]), {"name": "Regulars", "version": "an older one"}
    )
    assert "somebody else has changed the segment" in answer.content.decode()
    assert Segment.objects.get().filter == VIP


@pytest.mark.django_db
def test_a_circle_of_segments_is_refused_in_words(operator: Browser) -> None:
    segment = make_segment(name="One", filter={})
    make_segment(name="Two", filter={"segment": "One"})
    answer = operator.post(reverse("console:segment", args=[segment.pk]), {"name": "One", "segment": "Two"})
    assert "but not in a circle" in answer.content.decode()


@pytest.mark.django_db
def test_the_recipients_of_a_form_are_saved_and_counted(operator: Browser) -> None:
    make_client(tag="vip")
    saved = operator.post(reverse("console:segment-save"), {"segment_name": " Regulars ", "tags": "vip"})
    assert "The segment “Regulars” is saved." in saved.content.decode()
    assert Segment.objects.get().filter == VIP
    counted = operator.post(reverse("console:segment-count"), {"segment": "Regulars"})
    assert "<b>1 client</b>" in " ".join(counted.content.decode().split())


@pytest.mark.django_db
def test_a_count_that_takes_too_long_says_what_to_do(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNT_SECONDS", 0.001)
    for n in range(200):
        make_client(attributes={str(k): n for k in range(20)})
    parts = [{"field": f"attributes.{n % 20}", "op": "lt", "value": 100 + n} for n in range(100)]
    form = filled_in(where=json.dumps({"any": parts}))
    for name in ("segment-count", "preview"):
        page = operator.post(reverse(f"console:{name}"), form).content.decode()
        assert "Counting took longer than" in page, name
