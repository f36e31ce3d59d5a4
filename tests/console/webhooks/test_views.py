"""Webhooks in the console: the secret is shown once, and what came of each delivery is listed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.gateways.tokens import decrypt_token
from notification_service.webhooks.changes import create_webhook, update_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.console.test_screens import queries_of

URL = "https://8.8.8.8/hook?key=s3cret"
FORM = {"url": URL, "events": ["messages.final"]}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def administrator(logged_in: Callable[[str], Browser]) -> Browser:
    return logged_in("administrator")


@pytest.fixture
def webhook(db: None) -> Webhook:
    return create_webhook(url=URL, events=["messages.final"])[0]


def deliver(webhook: Webhook, **fields: Any) -> WebhookDelivery:
    made = {"event": "messages.final", "queue": 7, "told": "sent", "ids": [1, 2], "attempts": 3}
    return WebhookDelivery.objects.create(webhook=webhook, **made | fields)


def page_of(browser: Browser, webhook: Webhook) -> str:
    return browser.get(reverse("console:webhook", args=[webhook.pk])).content.decode()


def test_a_new_webhook_shows_its_secret_once(administrator: Browser) -> None:
    page = administrator.get(reverse("console:webhook-new")).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert key
    answer = administrator.post(reverse("console:webhook-new"), FORM | {"form_key": key[1]})
    webhook = Webhook.objects.get()
    assert SECRET.findall(answer.content.decode()) == [decrypt_token(webhook.secret_encrypted)]
    again = administrator.post(reverse("console:webhook-new"), FORM | {"form_key": key[1]}, follow=True)
    assert Webhook.objects.count() == 1
    assert SECRET.findall(again.content.decode()) == []
    assert SECRET.findall(page_of(administrator, webhook)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "https://anna:secret@8.8.8.8/"}, "without a login"),
        ({"url": "https://192.168.0.7/"}, "leads into a private network"),
        ({"events": []}, "Choose at least one event."),
        ({"events": ["mailing.begun"]}, "Select a valid choice"),
    ],
)
def test_a_webhook_that_cannot_be_saved_says_why(administrator: Browser, changes: Any, words: str) -> None:
    answer = administrator.post(reverse("console:webhook-new"), FORM | changes)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Webhook.objects.exists()


def test_a_stale_form_is_refused(administrator: Browser, webhook: Webhook) -> None:
    update_webhook(webhook.pk, events=["mailing.paused"])
    form = FORM | {"version": webhook.version, "events": ["mailing.started"]}
    answer = administrator.post(reverse("console:webhook-edit", args=[webhook.pk]), form)
    assert (answer.status_code, "Somebody has changed" in answer.content.decode()) == (422, True)


def test_deliveries_are_listed_with_what_came_of_them(administrator: Browser, webhook: Webhook) -> None:
    ended = {"ended_at": Now(), "attempted_at": Now()}
    deliver(webhook, status="delivered", http_status=204, **ended)
    deliver(
        webhook,
        status="failed",
        http_status=500,
        response="<b>no</b>",
        reason="http_status",
        reason_number=500,
        **ended,
    )
    deliver(webhook)
    page = page_of(administrator, webhook)
    for words in ("HTTP 204", "HTTP 500", "&lt;b&gt;no&lt;/b&gt;", "delivered", "failed", "waiting"):
        assert words in page
    assert page.count("Send again") == 2
    assert "s3cret" not in page


def test_what_has_ended_is_sent_again(administrator: Browser, webhook: Webhook) -> None:
    delivery = deliver(webhook, status="failed", ended_at=Now())
    administrator.post(reverse("console:webhook-redeliver", args=[webhook.pk]), {"delivery": delivery.pk})
    delivery.refresh_from_db()
    assert (delivery.status, delivery.ended_at) == ("waiting", None)


def test_the_overview_says_that_the_service_has_disabled_a_webhook(
    administrator: Browser, webhook: Webhook, logged_in: Callable[[str], Browser]
) -> None:
    Webhook.objects.update(enabled=False, disabled_by="failing", disabled_at=Now())
    words = f"Webhook #{webhook.pk} gets no more events."
    assert words in administrator.get("/").content.decode()
    seen = logged_in("viewer").get("/").content.decode()
    assert (words in seen, "View the webhook" in seen) == (True, False)
    administrator.post(reverse("console:webhook-switch", args=[webhook.pk]))
    assert words not in administrator.get("/").content.decode()


def test_the_list_and_a_page_take_as_many_queries_for_three_rows_as_for_one(
    administrator: Browser, webhook: Webhook
) -> None:
    paths = [reverse("console:webhooks"), reverse("console:webhook", args=[webhook.pk])]
    deliver(webhook)
    one = [queries_of(administrator, path) for path in paths]
    for _ in range(2):
        create_webhook(url=URL, events=["messages.final"])
        deliver(webhook)
    assert [queries_of(administrator, path) for path in paths] == one
