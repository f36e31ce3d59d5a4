"""“Send me a test”: once a click, for operators alone, and what became of it in words."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.console.compose import test_send_labels
from notification_service.mailings import stats, test_sends
from notification_service.mailings.models import Gateway, TestSend
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.test_sends import TestSendEnd
from tests.factories import make_gateway, make_message, now
from tests.reasons import http_status

LogIn = Callable[[str], Browser]
SECOND = timedelta(seconds=1)


def filled_in(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "test_send_phone": "+7 916 123-45-67", "text": "Hello", **changes}


def ask(browser: Browser, **changes: Any) -> str:
    return browser.post(reverse("console:test-sends"), filled_in(**changes)).content.decode()


def take() -> TestSend:
    test_send = test_sends.take_test_send(margin=SECOND, default_timeout=SECOND)
    assert test_send is not None
    return test_send


def test_a_test_send_waits_for_a_worker_at_the_default_gateway(operator: Browser) -> None:
    assert "Waiting for a worker." in ask(operator, text="One\r\ntwo")
    test_send = TestSend.objects.get()
    assert (test_send.phone, test_send.text, test_send.gateway.name) == ("79161234567", "One\ntwo", "main")
    assert test_send.requested_by == "operator"


def test_a_test_send_goes_through_the_gateway_of_the_mailing(operator: Browser) -> None:
    backup = make_gateway(priority=9)
    ask(operator, gateway=str(backup.pk))
    assert TestSend.objects.get().gateway == backup


def test_a_double_click_makes_one_test_send(operator: Browser) -> None:
    form = filled_in()
    for _ in range(2):
        operator.post(reverse("console:test-sends"), form)
    assert TestSend.objects.count() == 1


def test_a_test_send_has_an_id_of_no_message_and_is_in_no_count(operator: Browser) -> None:
    first = make_message().pk
    ask(operator)
    assert first < TestSend.objects.get().pk < make_message().pk
    assert stats.overall_counts()["messages"]["total"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"test_send_phone": "123"}, "Phone: A phone is 7 and ten more digits."),
        ({"text": " "}, "Text: Write something"),
        ({"key": "x"}, "Enter a valid UUID."),
    ],
)
def test_a_refused_test_send_explains_the_error(
    operator: Browser, changes: dict[str, str], words: str
) -> None:
    assert words in ask(operator, **changes)
    assert not TestSend.objects.exists()


def test_an_operator_may_make_at_most_twenty_test_sends_an_hour(operator: Browser, logged_in: LogIn) -> None:
    for _ in range(test_sends.MOST_AN_HOUR):
        ask(operator)
    assert "No more than 20 tests an hour" in ask(operator)
    assert TestSend.objects.count() == test_sends.MOST_AN_HOUR
    assert "Waiting for a worker." in ask(logged_in("administrator"))


def test_a_test_send_is_refused_while_every_gateway_is_disabled(operator: Browser) -> None:
    Gateway.objects.update(enabled=False)
    assert "Every gateway is disabled." in ask(operator)


def test_a_test_send_is_closed_to_viewers_and_seen_by_its_sender_alone(logged_in: LogIn) -> None:
    ask(logged_in("operator"))
    path = reverse("console:test-send", args=[TestSend.objects.get().key])
    viewer = logged_in("viewer")
    assert viewer.post(reverse("console:test-sends"), filled_in()).status_code == 403
    assert viewer.get(path).status_code == 403
    assert logged_in("administrator").get(path).status_code == 404


def test_the_page_refreshes_until_the_test_send_has_ended(operator: Browser) -> None:
    assert "hx-get" in ask(operator)
    path = reverse("console:test-send", args=[TestSend.objects.get().key])
    take()
    assert "It is on its way to the gateway “main”." in operator.get(path).content.decode()
    test_sends.end_test_send(
        TestSend.objects.get().pk, TestSendEnd(TestSend.Status.SENT, response="<b>OK</b>")
    )
    page = operator.get(path).content.decode()
    assert "the gateway “main” took it." in page
    assert "&lt;b&gt;OK&lt;/b&gt;" in page
    assert "hx-get" not in page


@pytest.mark.parametrize(
    ("status", "why", "words"),
    [
        (TestSend.Status.FAILED, http_status(400), "Not sent through “main”: HTTP 400."),
        (TestSend.Status.FAILED, Why(Reason.GATEWAY_HELD), "the gateway is paused; see “Gateways”"),
        (TestSend.Status.UNKNOWN, Why(Reason.RESPONSE_TIMEOUT), "may have taken it: no answer in time."),
    ],
)
def test_the_page_shows_the_result_of_the_test_send(
    operator: Browser, status: TestSend.Status, why: Why, words: str
) -> None:
    ask(operator)
    test_sends.end_test_send(take().pk, TestSendEnd(status, why))
    assert words in test_send_labels.outcome(TestSend.objects.get())


def test_a_test_send_loses_phone_and_text_at_its_end_and_is_deleted_an_hour_later(operator: Browser) -> None:
    ask(operator)
    test_sends.end_test_send(take().pk, TestSendEnd(TestSend.Status.SENT))
    assert list(TestSend.objects.values_list("phone", "text")) == [("", "")]
    TestSend.objects.update(created_at=now() - timedelta(minutes=61))
    test_sends.settle_test_sends()
    assert not TestSend.objects.exists()


def test_a_test_send_that_no_worker_took_in_time_is_never_sent(operator: Browser) -> None:
    ask(operator)
    TestSend.objects.update(created_at=now() - timedelta(seconds=61))
    assert test_sends.take_test_send(margin=SECOND, default_timeout=SECOND) is None
    test_sends.settle_test_sends()
    assert "no worker took it within a minute" in test_send_labels.outcome(TestSend.objects.get())


def test_a_test_send_whose_worker_died_is_unknown_and_not_sent_again(operator: Browser) -> None:
    ask(operator)
    test_send = take()
    TestSend.objects.update(lease_expires_at=now() - SECOND)
    test_sends.settle_test_sends()
    test_sends.end_test_send(
        test_send.pk, TestSendEnd(TestSend.Status.SENT)
    )  # the worker was only slow: too late to say so
    test_send.refresh_from_db()
    assert (test_send.status, test_send.reason, test_send.phone) == ("unknown", "worker_lost", "")
    assert test_sends.take_test_send(margin=SECOND, default_timeout=SECOND) is None
