"""Webhooks through the API: made, changed, tested and repeated; the secret is shown once."""

import json
from typing import Any

import pytest
from django.db.models.functions import Now

from notification_service.api.models import IdempotentResponse
from notification_service.audit.models import Entry
from notification_service.mailings.gateways.tokens import decrypt_token
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.api.answers import body_of
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
URL = "https://8.8.8.8/hook?key=s3cret"
BODY = {"url": URL, "events": ["messages.final", "mailing.started"]}
ADDRESS = "/api/v1/webhooks/"


def add(admin: Api, **fields: Any) -> dict[str, Any]:
    answer = admin.post(ADDRESS, BODY | fields)
    assert answer.status_code == 201, body_of(answer)
    made: dict[str, Any] = body_of(answer)
    return made


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400
    return [(error["pointer"], error["code"]) for error in body_of(answer)["errors"]]


def test_a_webhook_is_made_with_a_secret_that_is_shown_once_and_kept_encrypted(admin: Api) -> None:
    made = add(admin)
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["mailing.started", "messages.final"]
    row = Webhook.objects.get()
    assert decrypt_token(row.secret_encrypted) == made["secret"]
    shown = body_of(admin.get(f"{ADDRESS}{row.pk}/"))
    assert made == {**shown, "secret": made["secret"]}
    told = json.dumps([[entry.changes, entry.facts, entry.object_name] for entry in Entry.objects.all()])
    assert made["secret"] not in told


def test_a_repeated_request_makes_one_webhook_and_keeps_no_secret(admin: Api) -> None:
    first = admin.post(ADDRESS, BODY, **{"Idempotency-Key": "once"})
    again = admin.post(ADDRESS, BODY, **{"Idempotency-Key": "once"})
    assert body_of(again) == body_of(first) | {"secret": None}
    assert Webhook.objects.count() == 1
    assert "whsec_" not in str(IdempotentResponse.objects.get().response)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "https://user:pass@8.8.8.8/"}, ("#/url", "url_malformed")),
        ({"url": "https://8.8.8.8/#top"}, ("#/url", "url_malformed")),
        ({"url": "ftp://8.8.8.8/"}, ("#/url", "url_malformed")),
        ({"url": "https://10.0.0.7/"}, ("#/url", "private_address")),
        ({"url": "http://169.254.169.254/latest"}, ("#/url", "private_address")),
        ({"events": ["mailing.begun"]}, ("#/events/0", "invalid_choice")),
        ({"events": []}, ("#/events", "empty")),
        ({"events": "messages.final"}, ("#/events", "not_a_list")),
        ({"enabled": "yes"}, ("#/enabled", "invalid")),
        ({"secret": "whsec_mine"}, ("#/secret", "unknown_field")),
    ],
)
def test_bad_input_is_refused_with_a_pointer(admin: Api, fields: Any, expected: tuple[str, str]) -> None:
    assert errors(admin.post(ADDRESS, BODY | fields)) == [expected]
    assert not Webhook.objects.exists()


def test_a_change_needs_the_version_that_was_read(admin: Api) -> None:
    made = add(admin)
    address = f"{ADDRESS}{made['id']}/"
    tag = admin.get(address).headers["ETag"]
    assert admin.send("PATCH", address, {"enabled": False}, **{"If-Match": tag}).status_code == 200
    assert admin.send("PATCH", address, {"enabled": True}, **{"If-Match": tag}).status_code == 412
    shown = body_of(admin.get(address))
    assert (shown["enabled"], shown["disabled_by"]) == (False, "person")


def test_a_secret_is_replaced_and_a_deleted_webhook_is_gone(admin: Api) -> None:
    made = add(admin)
    address = f"{ADDRESS}{made['id']}/"
    rotated = body_of(admin.post(f"{address}rotate-secret/"))
    assert rotated["secret"] != made["secret"]
    assert admin.delete(address).status_code == 204
    assert [admin.get(each).status_code for each in (address, f"{address}deliveries/")] == [404, 404]
    assert admin.post(f"{address}test/").status_code == 404


def test_a_secret_is_replaced_once_however_often_the_request_is_repeated(admin: Api) -> None:
    made = add(admin)
    address = f"{ADDRESS}{made['id']}/rotate-secret/"
    first, again = (admin.post(address, **{"Idempotency-Key": "replace"}) for _ in range(2))
    assert (body_of(again)["secret"], again["Idempotency-Replayed"]) == (body_of(first)["secret"], "true")
    webhook = Webhook.objects.get()
    assert webhook.old_secret_encrypted
    assert decrypt_token(bytes(webhook.old_secret_encrypted)) == made["secret"]
    assert body_of(first)["secret"] not in str(list(IdempotentResponse.objects.values()))


def test_a_repeated_request_does_not_get_a_secret_that_has_been_replaced_since(admin: Api) -> None:
    address = f"{ADDRESS}{add(admin)['id']}/rotate-secret/"
    for key in ("one", "two"):
        admin.post(address, **{"Idempotency-Key": key})
    assert body_of(admin.post(address, **{"Idempotency-Key": "one"}))["secret"] is None


def test_a_test_waits_for_a_worker_and_deliveries_are_listed_and_sent_again(admin: Api) -> None:
    made = add(admin)
    address = f"{ADDRESS}{made['id']}/"
    answer = admin.post(f"{address}test/")
    assert (answer.status_code, body_of(answer)["event"]) == (202, "webhook.test")
    row = WebhookDelivery.objects.create(
        webhook_id=made["id"], event="messages.final", queue=7, told="sent", ids=[1, 2], status="failed",
        ended_at=Now(), attempts=3, http_status=500, response="no", reason="http_status", reason_number=500,
    )  # fmt: skip
    [shown] = body_of(admin.get(f"{address}deliveries/?status=failed"))["results"]
    assert (shown["id"], shown["webhook_id"]) == (row.pk, f"evt_{row.pk}")
    assert (shown["mailing"], shown["messages"]) == (7, 2)
    assert (shown["code"], shown["answer"], shown["next_attempt_at"]) == ("http_status", "no", None)
    again = admin.post(f"{address}redeliver/", {"since": "2020-01-01T00:00:00Z"})
    assert (again.status_code, body_of(again)) == (202, {"deliveries": 1})
    row.refresh_from_db()
    assert (row.status, row.ended_at) == ("waiting", None)


@pytest.mark.parametrize("body", [{}, {"deliveries": []}, {"deliveries": [0]}, {"since": "now"}])
def test_what_is_to_be_sent_again_has_to_be_said(admin: Api, body: Any) -> None:
    made = add(admin)
    assert admin.post(f"{ADDRESS}{made['id']}/redeliver/", body).status_code == 400


def test_a_disabled_webhook_is_sent_nothing_again(admin: Api) -> None:
    made = add(admin, enabled=False)
    answer = admin.post(f"{ADDRESS}{made['id']}/redeliver/", {"deliveries": [1]})
    assert (answer.status_code, body_of(answer)["type"]) == (409, "/docs/problems/#webhook-disabled")
