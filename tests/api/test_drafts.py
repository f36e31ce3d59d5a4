"""What a mailing would do, and the test of its text, before it is made."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.access.phones import masked
from notification_service.mailings.models import Mailing, TestSend
from notification_service.mailings.templates import create_template
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.api.test_gateways import person
from tests.factories import make_client, now

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


def test_a_preview_is_refused_as_the_mailing_would_be(reader: Api) -> None:
    answer = reader.post("/api/v1/mailings/preview/", mailing_body(text="{{"))
    assert list(errors_of(answer)) == ["#/text"]


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
