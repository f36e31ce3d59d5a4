"""What a mailing would do, and the test of its text, before it is made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notification_service.access.phones import masked
from notification_service.mailings import counting
from notification_service.mailings.models import Mailing, TestSend
from notification_service.mailings.templates import create_template
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.api.test_gateways import person
from tests.factories import make_client, make_clients_in_bulk, now

pytestmark = pytest.mark.django_db

PERSONAL = "{{name}}, ваш заказ {{order|готов}}"


def preview(caller: Api, **fields: Any) -> Any:
    return body_of(caller.post("/api/v1/mailings/preview/", mailing_body(**fields)))


def test_a_preview_shows_who_gets_what_and_when_and_keeps_nothing(reader: Api) -> None:
    anna = make_client(attributes={"name": "Анна", "order": 1042})
    boris = make_client(attributes={"name": "Борис" * 20})
    make_client(attributes={"name": ""})
    found = preview(reader, text=PERSONAL)
    assert (found["clients"], found["excluded"], found["unreachable"]) == (
        2,
        {"opted_out": 0, "no_consent": 0, "no_value": 1},
        0,
    )
    assert found["sms"] == {"min": 1, "max": 2, "total": 3, "encoding": "UCS-2"}
    assert found["samples"] == [
        {"client": anna.pk, "text": "Анна, ваш заказ 1042"},
        {"client": boris.pk, "text": f"{'Борис' * 20}, ваш заказ готов"},
    ]
    assert found["first_at"] is not None
    assert not Mailing.objects.exists()


def test_a_preview_counts_short_messages_of_both_encodings(reader: Api) -> None:
    for name in ("Anna", "Анна"):
        make_client(attributes={"name": name})
    assert preview(reader, text="{{name}}")["sms"] == {"min": 1, "max": 1, "total": 2, "encoding": "mixed"}


def test_a_preview_shows_at_most_three_texts(reader: Api) -> None:
    for _ in range(4):
        make_client()
    found = preview(reader, text="Hello")
    assert (found["clients"], [each["text"] for each in found["samples"]]) == (4, ["Hello"] * 3)


def test_a_preview_counts_whose_hours_open_after_the_end(reader: Api) -> None:
    local = now() + timedelta(hours=3)  # in Moscow
    window = {
        "from": (local + timedelta(hours=3)).strftime("%H:%M"),
        "to": (local + timedelta(hours=4)).strftime("%H:%M"),
    }
    make_client()
    end = (now() + timedelta(hours=1)).isoformat()
    found = preview(reader, send_window=window, end_at=end)
    assert (found["clients"], found["unreachable"], found["first_at"]) == (1, 1, None)
    assert found["sms"]["total"] == 0


def test_a_preview_for_an_empty_audience_is_an_answer(reader: Api) -> None:
    found = preview(reader, text=PERSONAL)
    assert (found["clients"], found["samples"], found["sms"]["total"]) == (0, [], 0)


def test_a_viewer_sees_no_whole_phone_in_a_preview() -> None:
    client = make_client(attributes={"name": "Anna"})
    [sample] = preview(person("viewer"), text="{{phone}}")["samples"]
    assert sample["text"] == masked(str(client.phone))


def later(**minutes: float) -> str:
    return (now() + timedelta(**minutes)).isoformat()


def never_open() -> dict[str, Any]:
    """A weekday that no zone has before tomorrow's end."""
    return {"days": [f"{now() + timedelta(days=4):%a}".lower()]}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (lambda: {"text": "{{"}, "#/text"),
        (lambda: {"text": "{{a.b}}"}, "#/text"),
        (lambda: {"template": 1_000_000}, "#/template"),
        (lambda: {"spread_minutes": 61, "end_at": later(hours=1)}, "#/spread_minutes"),
        (lambda: {"spread_minutes": 0}, "#/spread_minutes"),
        (lambda: {"end_at": later(minutes=-1), "start_at": later(minutes=-2)}, "#/end_at"),
        (lambda: {"end_at": later(hours=1), "start_at": later(hours=2)}, "#/end_at"),
        (lambda: {"send_window": never_open()}, "#/send_window"),
        (lambda: {"send_window": {"days": []}}, "#/send_window/days"),
        (lambda: {"send_window": {"days": ["mon", "mon"]}}, "#/send_window/days"),
        (lambda: {"send_window": {"holidays": "XX"}}, "#/send_window/holidays"),
        (lambda: {"filter": {"segment": "nobody"}}, "#/filter/segment"),
        (lambda: {"filter": {"exclude": {"segment": "nobody"}}}, "#/filter/exclude/segment"),
        (lambda: {"gateway": "nowhere"}, "#/gateway"),
    ],
)
def test_what_cannot_be_made_is_neither_previewed_nor_foretold(
    api: Api, wrong: Callable[[], dict[str, Any]], pointer: str
) -> None:
    body = mailing_body(**wrong())
    made, *others = (api.post(f"/api/v1/mailings/{path}", body) for path in ("", "preview/", "forecast/"))
    assert [each.status_code for each in (made, *others)] == [400] * 3
    assert pointer in errors_of(made)
    assert [errors_of(each) for each in others] == [errors_of(made)] * 2


def test_a_viewer_is_told_which_condition_on_phones_is_refused() -> None:
    where = {"field": "phone", "op": "contains", "value": "12"}
    answer = person("viewer").post("/api/v1/mailings/preview/", mailing_body(filter={"where": where}))
    assert list(errors_of(answer)) == ["#/filter/where"]


def test_a_preview_that_takes_too_long_is_given_up(reader: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    make_clients_in_bulk(5_000)
    monkeypatch.setattr(counting, "COUNT_SECONDS", 0.001)
    where = {"all": [{"field": f"attributes.f{n}", "op": "ne", "value": "x"} for n in range(50)]}
    answer = reader.post("/api/v1/mailings/preview/", mailing_body(filter={"where": where}))
    assert answer.status_code == 503


def test_a_test_is_sent_with_the_values_of_a_client(api: Api) -> None:
    client = make_client(attributes={"name": "Anna"})
    answer = api.post("/api/v1/mailings/test/", {"text": "{{name}}!", "client": client.pk})
    body = body_of(answer)
    assert (answer.status_code, body["text"], body["phone"]) == (201, "Anna!", client.phone)
    assert TestSend.objects.get().text == "Anna!"
    assert body_of(api.get(answer["Location"])) == body


def test_a_test_goes_to_the_phone_that_is_given(api: Api) -> None:
    template = create_template(name="Order", text="{{name|friend}}!")
    client = make_client(attributes={"name": "Anna"})
    body = {"template": template.pk, "client": client.pk, "phone": "79160000001"}
    shown = body_of(api.post("/api/v1/mailings/test/", body))
    assert (shown["phone"], shown["text"]) == ("79160000001", "Anna!")
    del body["client"]
    assert body_of(api.post("/api/v1/mailings/test/", body))["text"] == "friend!"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"text": "{{name}} {{order}}", "phone": "79160000001"}, "#/text"),
        ({"text": "{{"}, "#/text"),
        ({"text": "Hello"}, "#/phone"),
        ({"phone": "79160000001"}, "#/text"),
        ({"text": "Hello", "client": 1_000_000}, "#/client"),
        ({"text": "Hello", "phone": "1"}, "#/phone"),
    ],
)
def test_a_test_that_cannot_be_sent_is_refused(api: Api, wrong: dict[str, Any], pointer: str) -> None:
    answer = api.post("/api/v1/mailings/test/", wrong)
    assert (answer.status_code, list(errors_of(answer))) == (400, [pointer])
    assert not TestSend.objects.exists()


def test_a_test_that_is_repeated_under_one_key_is_sent_once(api: Api) -> None:
    body = {"text": "Hello", "phone": "79160000001"}
    first, again = (api.post("/api/v1/mailings/test/", body, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert (body_of(first), TestSend.objects.count()) == (body_of(again), 1)


def test_a_repeated_test_is_answered_without_its_phone_and_text_once_they_are_gone(api: Api) -> None:
    body = {"text": "Hello", "phone": "79160000001"}
    first = api.post("/api/v1/mailings/test/", body, **{"Idempotency-Key": "one"})
    TestSend.objects.all().delete()
    again = api.post("/api/v1/mailings/test/", body, **{"Idempotency-Key": "one"})
    assert (again.status_code, again["Location"]) == (201, first["Location"])
    assert body_of(again) == {**body_of(first), "text": "", "phone": ""}


def test_a_test_of_another_caller_is_not_shown(api: Api, reader: Api) -> None:
    made = api.post("/api/v1/mailings/test/", {"text": "Hello", "phone": "79160000001"})
    assert person("operator").get(made["Location"]).status_code == 404
    assert reader.get(made["Location"]).status_code == 403


def test_more_tests_than_an_hour_allows_are_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notification_service.mailings.test_sends.MOST_AN_HOUR", 1)
    body = {"text": "Hello", "phone": "79160000001"}
    assert [api.post("/api/v1/mailings/test/", body).status_code for _ in range(2)] == [201, 409]
